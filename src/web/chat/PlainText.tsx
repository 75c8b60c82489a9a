/** An answer, or a piece of one, as it was written. */
export function PlainText({ text }: { text: string }) {
  return (
    <p className="plain-text" dir="auto">
      {text}
    </p>
  );
}
