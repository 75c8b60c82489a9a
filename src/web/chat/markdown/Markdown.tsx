/** An answer, rendered block by block. */
import { memo, useDeferredValue, useMemo, useState } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';

import { createSplitter } from './blocks.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { remarkGfmParts } from './gfm.ts';
import { Link } from './Link.tsx';
import { safeHref } from './links.ts';
import './markdown.css';
import { remarkPlainText } from './plain-text.ts';
import { schema } from './schema.ts';
import { settle } from './settle.ts';
import { Table } from './Table.tsx';
import { TaskBox } from './TaskBox.tsx';

export function Markdown({ text, growing }: { text: string; growing: boolean }) {
  const [split] = useState(createSplitter);
  // A burst of text must not hold up the keyboard: it is drawn block by block, in between.
  const shown = useDeferredValue(text);
  const blocks = useMemo(() => split(shown), [split, shown]);
  return (
    <div className={growing ? 'markdown markdown-growing' : 'markdown'}>
      {blocks.map((block, index) => (
        // A block is known by its place: blocks are only ever added at the end.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Block key={index} text={growing && index === blocks.length - 1 ? settle(block) : block.text} />
      ))}
    </div>
  );
}

const Block = memo(function Block({ text }: { text: string }) {
  if (text.length > LONGEST) return <p className="markdown-plain">{text}</p>;
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
const rehypePlugins: [typeof rehypeSanitize, typeof schema][] = [[rehypeSanitize, schema]];

/** The page has h1 and each question is an h2, so an answer's headings begin below. */
const components: Components = {
  a: Link,
  input: TaskBox,
  pre: CodeBlock,
  table: Table,
  h1: ({ children }) => <h3 className="heading-1">{children}</h3>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
  h5: ({ children }) => <h6>{children}</h6>,
  h6: ({ children }) => <h6>{children}</h6>,
};

/** A single block of more than this takes a browser seconds; nobody formats a paragraph that long. */
const LONGEST = 100_000;
