/** An answer, rendered block by block. */
import { type ComponentProps, memo, useMemo, useState } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';

import { PlainText } from '../PlainText.tsx';
import { createSplitter, type Block as MarkdownBlock } from './blocks.ts';
import { CodeBlock, ParsedCode } from './CodeBlock.tsx';
import { CodeSpan } from './CodeSpan.tsx';
import { rehypeDirection } from './direction.ts';
import { Formula } from './Formula.tsx';
import { readFence } from './fence.ts';
import { remarkGfmParts } from './gfm.ts';
import { Link } from './Link.tsx';
import { safeHref } from './links.ts';
import './markdown.css';
import { closeMarks } from './close-marks.ts';
import { remarkPlainText } from './plain-text.ts';
import { schema } from './schema.ts';
import { Cell, Table } from './Table.tsx';
import { TaskBox } from './TaskBox.tsx';
import { isTame, isTooDeep } from './tame.ts';

export function Markdown({ text, growing }: { text: string; growing: boolean }) {
  const [split] = useState(createSplitter);
  const blocks = useMemo(() => (isTooDeep(text) ? null : split(text)), [split, text]);
  if (blocks === null) return <PlainText text={text} />;
  return (
    <div className={growing ? 'markdown markdown-growing' : 'markdown'}>
      {blocks.map((block, index) => (
        // A block is known by its place: blocks are only ever added at the end.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Block key={index} block={block} last={growing && index === blocks.length - 1} />
      ))}
    </div>
  );
}

function Block({ block, last }: { block: MarkdownBlock; last: boolean }) {
  if (block.kind === 'formula') {
    return (
      <p dir="auto">
        <Formula source={block.text.trim()} />
      </p>
    );
  }
  // Not by way of the parser, which would read all of it again at each update.
  const code = block.kind === 'code' ? readFence(block.text) : null;
  if (code !== null) return <CodeBlock {...code} />;
  if (!isTame(block)) return <PlainText text={block.text} />;
  return <Formatted text={last ? closeMarks(block) : block.text} />;
}

const Formatted = memo(function Formatted({ text }: { text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={remarkPlugins}
      rehypePlugins={rehypePlugins}
      urlTransform={safeHref}
      components={components}
    >
      {text}
    </ReactMarkdown>
  );
});

const remarkPlugins = [remarkGfmParts, remarkPlainText];
const rehypePlugins: ComponentProps<typeof ReactMarkdown>['rehypePlugins'] = [
  [rehypeSanitize, schema],
  rehypeDirection,
];

/** The page has h1 and each question is an h2, so an answer's headings begin below. */
const components: Components = {
  a: Link,
  input: TaskBox,
  code: CodeSpan,
  pre: ParsedCode,
  table: Table,
  td: Cell,
  h1: ({ dir, children }) => (
    <h3 className="heading-1" dir={dir}>
      {children}
    </h3>
  ),
  h2: ({ dir, children }) => <h3 dir={dir}>{children}</h3>,
  h3: ({ dir, children }) => <h4 dir={dir}>{children}</h4>,
  h4: ({ dir, children }) => <h5 dir={dir}>{children}</h5>,
  h5: ({ dir, children }) => <h6 dir={dir}>{children}</h6>,
  h6: ({ dir, children }) => <h6 dir={dir}>{children}</h6>,
};
