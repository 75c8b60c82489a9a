/** Everything that was said, oldest first, with a cut wherever the agent began afresh. */
import { Fragment, useRef } from 'react';
import type { Me, TurnView } from '../../contract/api.ts';
import type { AskMore, Controller } from './controller.ts';
import './conversation.css';
import { isOpen } from './chat-turn.ts';
import { SendingTurn } from './SendingTurn.tsx';
import type { ChatState } from './state.ts';
import { Turn } from './Turn.tsx';
import { Icon } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';
import { useFollowEnd } from './ui/useFollowEnd.ts';
import { useKeepScroll } from './ui/useKeepScroll.ts';
import { useRenderer } from './useRenderer.ts';
import { Welcome } from './Welcome.tsx';

export interface ConversationProps {
  state: ChatState;
  controller: Controller;
  me: Me;
  page: string | null;
  onAsk(question: string, from: string | null, more?: AskMore): void;
  onStop(turnId: string): void;
}

export function Conversation({ state, controller, me, page, onAsk, onStop }: ConversationProps) {
  const { t } = usePage();
  const { turns, sending, generation } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { atEnd, toEnd } = useFollowEnd({ scroller, content, pull: sending?.key ?? null });
  useKeepScroll({ scroller, content, first: turns[0]?.view.turnId });
  useRenderer(turns.length > 0 || sending !== null);
  const isFresh = state.loaded && sending === null && turns.at(-1)?.view.generation !== generation;

  return (
    <div className="conversation">
      <div
        ref={scroller}
        className="conversation-scroll"
        role="log"
        aria-label={t.conversation}
        aria-busy={!state.loaded || sending !== null || turns.some(isOpen)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div ref={content} className="conversation-content">
          {!state.loaded && <p className="conversation-loading">{t.loading}</p>}
          {state.earlier !== null && (
            <button
              type="button"
              className="button conversation-earlier"
              disabled={state.loadingEarlier}
              onClick={controller.loadEarlier}
            >
              {state.loadingEarlier ? t.loadingEarlier : t.loadEarlier}
            </button>
          )}
          {turns.map((turn, index) => (
            <Fragment key={turn.view.turnId}>
              {index > 0 && turns[index - 1]?.view.generation !== turn.view.generation && (
                <Cut moved={hasMoved(turn.view, state)} />
              )}
              <Turn
                turn={turn}
                controller={controller}
                canAsk={me.canAsk}
                elsewhere={me.elsewhere}
                isLast={index === turns.length - 1}
                clockAhead={isOpen(turn) ? (state.clockAhead ?? 0) : 0}
                onAsk={onAsk}
                onStop={onStop}
                samePage={index > 0 && turns[index - 1]?.view.pageOrigin === turn.view.pageOrigin}
              />
            </Fragment>
          ))}
          {turns.length > 0 && turns.at(-1)?.view.generation !== generation && <Cut moved={state.moved} />}
          {isFresh && <Welcome me={me} onAsk={(question) => onAsk(question, page)} />}
          {sending !== null && (
            <SendingTurn
              sending={sending}
              samePage={turns.at(-1)?.view.pageOrigin === (sending.body.pageOrigin ?? null)}
            />
          )}
        </div>
      </div>
      {!atEnd && (
        <button type="button" className="button conversation-latest" onClick={toEnd}>
          <Icon name="latest" />
          {t.jumpToLatest}
        </button>
      )}
    </div>
  );
}

/** Its first question may not have been handed over yet. */
function hasMoved({ notices, generation }: TurnView, state: ChatState): boolean {
  return notices.includes('moved') || (state.moved && generation === state.generation);
}

function Cut({ moved }: { moved: boolean }) {
  const { t } = usePage();
  return (
    <div className="cut">
      <span>{moved ? t.movedConversation : t.newConversation}</span>
    </div>
  );
}
