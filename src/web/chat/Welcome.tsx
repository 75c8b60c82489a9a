/** The first screen: what can be asked here. */
import type { Me } from '../../contract/api.ts';
import { useLook } from '../look.ts';
import { Icon } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';

export function Welcome({ me, onAsk }: { me: Me; onAsk(question: string): void }) {
  const { t } = usePage();
  const look = useLook();
  const starters = look.starters ?? me.starters;
  return (
    <section className="welcome">
      <h2 dir="auto">{look.greeting ?? t.welcome}</h2>
      <p>{t.welcomeText}</p>
      {me.canAsk && starters.length > 0 && (
        <ul className="welcome-starters" aria-label={t.startersLabel}>
          {starters.map((question) => (
            <li key={question}>
              <button type="button" onClick={() => onAsk(question)}>
                {question}
                <Icon name="ask" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
