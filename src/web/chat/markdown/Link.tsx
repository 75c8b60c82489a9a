/** A link in an answer: into the web, into the application, or a question to ask next. */
import { type MouseEvent, type ReactNode, useContext } from 'react';
import { type Chip, parseChip } from '../../../contract/chips.ts';
import { Icon } from '../ui/Icon.tsx';
import { usePage } from '../ui/page.ts';
import { AnswerLinksContext } from './context.ts';
import { chipTarget } from './links.ts';

export function Link({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  if (!href) return <>{children}</>;
  const chip = parseChip(href);
  if (chip !== null) return <ChipView chip={chip}>{children}</ChipView>;
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function ChipView({ chip, children }: { chip: Chip; children: ReactNode }) {
  const { t, appOrigins, entities } = usePage();
  const { ask, base } = useContext(AnswerLinksContext);
  if (chip.kind === 'ask') {
    if (ask === null) return <span className="chip">{children}</span>;
    return (
      <button
        type="button"
        className="chip chip-ask"
        title={t.askThis(chip.question)}
        onClick={() => ask(chip.question)}
      >
        <Icon name="ask" />
        {children}
      </button>
    );
  }
  const target = entities ? entities.linkTo(chip.path) : chipTarget(chip.path, base, appOrigins);
  if (target === null) {
    return (
      <span className="chip">
        {children} <span className="chip-path">{chip.path}</span>
      </span>
    );
  }
  if (entities) {
    const onClick = (event: MouseEvent) => {
      // A new tab is the browser's to open.
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      entities.open(chip.path);
    };
    return (
      <a className="chip chip-app" href={target} title={target} target="_blank" rel="noopener" onClick={onClick}>
        {children}
        <Icon name="open" />
      </a>
    );
  }
  return (
    <a className="chip chip-app" href={target} title={target} target="_blank" rel="noopener noreferrer">
      {children}
      <Icon name="open" />
      <span className="only-read"> ({t.newTab})</span>
    </a>
  );
}
