/** Text that the agent wrote, within a line of Markdown of ours: it gets no line and no markup of its own. */
export function plainMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>]/g, '\\$&');
}
