/**
 * HTML in an answer is text about HTML: it is shown as it was written, because a component's name must
 * not vanish from an explanation. Comments go, line breaks are kept, and an image leaves its description.
 */
export function remarkPlainText() {
  return (tree: Node) => replaceIn(tree);
}

/** As much of a Markdown tree's node as is needed here. */
interface Node {
  type: string;
  value?: string;
  alt?: string | null;
  children?: Node[] | undefined;
}

function replaceIn(parent: Node): void {
  parent.children = parent.children?.map((node) => {
    if (node.type === 'html') return replaceHtml(node.value ?? '', BLOCK_PARENTS.has(parent.type));
    if (node.type === 'image' || node.type === 'imageReference') return { type: 'text', value: node.alt ?? '' };
    replaceIn(node);
    return node;
  });
}

function replaceHtml(html: string, isBlock: boolean): Node {
  if (LINE_BREAK.test(html)) return { type: 'break' };
  const text = { type: 'text', value: html.replace(COMMENT, '') };
  return isBlock && text.value.trim() !== '' ? { type: 'paragraph', children: [text] } : text;
}

const BLOCK_PARENTS = new Set(['root', 'blockquote', 'listItem']);
const LINE_BREAK = /^<br\s*\/?>$/i;
// A comment that has no end runs to the end.
const COMMENT = /<!--[\s\S]*?(?:-->|$)/g;
