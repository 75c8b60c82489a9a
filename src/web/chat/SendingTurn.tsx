/** A question on its way, before the gateway has said that it is taken. */
import { Progress } from './Progress.tsx';
import { Question } from './Question.tsx';
import type { Sending } from './state.ts';
import { usePage } from './ui/page.ts';

export function SendingTurn({ sending, samePage }: { sending: Sending; samePage: boolean }) {
  const { t } = usePage();
  const page = sending.body.pageOrigin ?? null;
  return (
    <article className="turn">
      <Question
        text={sending.body.message}
        pageOrigin={samePage ? null : page}
        files={sending.files}
        askedAt={sending.startedAt}
      />
      <Progress words={sending.stop ? t.stopping : t.sending} since={sending.startedAt} clockAhead={0} />
    </article>
  );
}
