/** An answer as its user sees it, by the chat's own Markdown: no HTML, no images, no target that is not listed. */
import { useMemo } from 'react';
import { AnswerLinksContext } from '../../chat/markdown/context.ts';
import { Markdown } from '../../chat/markdown/Markdown.tsx';
import { PageContext } from '../../chat/ui/page.ts';
import { messagesOf } from '../../locales/locale.ts';
import { useAdmin } from '../page.ts';

export interface AnswerViewProps {
  text: string;
  /** Where the question was asked: the application's chips lead there. */
  base: string | null;
  growing: boolean;
}

export function AnswerView({ text, base, growing }: AnswerViewProps) {
  const { locale, announce, me } = useAdmin();
  const { appOrigins } = me;
  const page = useMemo(
    () => ({ t: messagesOf(locale), locale, appOrigins, announce, toBox: () => undefined }),
    [locale, appOrigins, announce],
  );
  // A follow-up question is the user's to ask.
  const links = useMemo(() => ({ ask: null, base }), [base]);
  return (
    <PageContext value={page}>
      <AnswerLinksContext value={links}>
        <Markdown text={text} growing={growing} />
      </AnswerLinksContext>
    </PageContext>
  );
}
