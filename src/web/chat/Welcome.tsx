/** The first screen: what can be asked here. */
import type { Me } from '../../contract/api.ts';
import { Icon } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';

export function Welcome({ me, onAsk }: { me: Me; onAsk(question: string): void }) {
  const { t } = usePage();
  return (
    <section className="welcome">
      <h2>{t.welcome}</h2>
      <p>{t.welcomeText}</p>
      {me.canAsk && me.starters.length > 0 && (
        <ul className="welcome-starters" aria-label={t.startersLabel}>
          {me.starters.map((question) => (
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
