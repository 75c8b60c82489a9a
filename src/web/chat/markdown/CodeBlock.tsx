/** A block of code: its language, a copy button, and colours when they have come. */
import { type ComponentProps, Fragment, memo, useMemo, useState } from 'react';
import type { ExtraProps } from 'react-markdown';
import { CopyButton } from '../ui/CopyButton.tsx';
import { usePage } from '../ui/page.ts';
import type { CodeLine } from './code-line.ts';
import { createGroups } from './code-lines.ts';
import type { Code } from './fence.ts';
import { useHighlight } from './highlight.ts';
import './code.css';

export function CodeBlock({ code, language }: Code) {
  const { t } = usePage();
  const lines = useHighlight(code, language);
  const [toGroups] = useState(createGroups);
  const groups = useMemo(() => toGroups(lines), [toGroups, lines]);
  return (
    <figure className="code">
      <figcaption className="code-head">
        <span>{language ?? t.code}</span>
        <CopyButton text={code} label={t.copyCode} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} dir="ltr">
        <code>
          {groups.map((group, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a group is known by its place
            <Lines key={index} lines={group} last={index === groups.length - 1} />
          ))}
        </code>
      </pre>
    </figure>
  );
}

/** Code that the Markdown parser has read: indented, or within a list. */
export function ParsedCode({ node }: ComponentProps<'pre'> & ExtraProps) {
  return <CodeBlock {...read(node)} />;
}

const Lines = memo(function Lines({ lines, last }: { lines: readonly CodeLine[]; last: boolean }) {
  return (
    <span className="code-lines">
      {lines.map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number
        <Line key={row} line={line} last={last && row === lines.length - 1} />
      ))}
    </span>
  );
});

const Line = memo(function Line({ line, last }: { line: CodeLine; last: boolean }) {
  return (
    <>
      {line.map(({ text, kind }, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a token is known by its place
        <Fragment key={column}>{kind === null ? text : <span className={`token-${kind}`}>{text}</span>}</Fragment>
      ))}
      {!last && '\n'}
    </>
  );
});

type Element = NonNullable<ExtraProps['node']>;

function read(pre: Element | undefined): Code {
  const code = pre?.children.find((child): child is Element => child.type === 'element');
  const classes = code?.properties.className;
  const language = Array.isArray(classes) ? String(classes[0] ?? '').replace(/^language-/, '') : '';
  return { code: code === undefined ? '' : textOf(code).replace(/\n$/, ''), language: language || null };
}

function textOf({ children }: Element): string {
  return children
    .map((child) => (child.type === 'text' ? child.value : child.type === 'element' ? textOf(child) : ''))
    .join('');
}
