/** One of each Markdown element, and of everything that a page must never let through. */
export const EVERYTHING = `# Heading 1
## Heading 2
### Heading 3

A paragraph with **bold**, *italic*, ***both***, ~~struck~~, \`code\`, a [link](https://example.com/ "with a title"),
https://example.com/bare and a hard break\\
right here. Ümläute, 漢字, עברית, emoji 👩‍👩‍👧 and an entity &copy;.

- a list
  - in a list
    1. numbered
- [x] done
- [ ] to do

3. starts at three
4. goes on

> A quote
>
> > in a quote

| left | middle | right |
|:-----|:------:|------:|
| a    | **b**  |     1 |
| \`c|d\` | [chip](app:/cases/42) | 22 |

\`\`\`ts
const answer: number = 42; // highlighted
\`\`\`

    indented code

A note.[^1]

[^1]: The footnote.

---

Nothing below may load, run or leave the page:

![An image from elsewhere](https://example.com/tracker.png?case=42)
![Inline](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)

<script>window.pwned = 'script'</script>
<img src="x" onerror="window.pwned = 'onerror'">
<iframe src="https://example.com/"></iframe>
<a href="javascript:window.pwned = 'href'">raw link</a>
<style>body { display: none }</style>
<form action="https://example.com/"><input name="password"></form>
<!-- a comment -->

[javascript](javascript:window.pwned='link') · [data](data:text/html,<script>window.pwned='data'</script>) ·
[vbscript](vbscript:x) · [chip to elsewhere](app://example.com/cases) · [chip with a scheme](app:javascript:alert)`;
