/** A tool's whole input: each value by its name, with its length, as it is. */
import type { ApprovalField } from '../../../contract/turn.ts';
import type { CardWords } from '../../locales/card.ts';
import { ExactText } from './ExactText.tsx';

export function Fields({ fields, words }: { fields: readonly ApprovalField[]; words: CardWords }) {
  return (
    // What scrolls must be reachable by keyboard.
    <dl className="asked-fields" tabIndex={fields.length > 0 ? 0 : undefined}>
      {fields.map((field, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fields stay as they are
        <Field key={index} field={field} words={words} />
      ))}
    </dl>
  );
}

function Field({ field: { path, text, length, look }, words }: { field: ApprovalField; words: CardWords }) {
  const lines = text.split('\n').length;
  // Of a text that goes on nobody has counted the lines.
  const missing = length === undefined ? 0 : length - text.length;
  const about = [
    ...(look === undefined ? [] : [words[look]]),
    ...(length === undefined ? [] : [length === 0 ? words.empty : words.length(length, missing > 0 ? 1 : lines)]),
  ];
  const className = [
    'asked-field',
    ...(look === undefined ? [] : [`asked-field-${look}`]),
    ...(lines === 1 && text.length <= MAX_SHORT ? ['asked-field-short'] : []),
  ].join(' ');
  const name = path.map((step) => (typeof step === 'number' ? `#${step + 1}` : step));
  return (
    <div className={className}>
      <dt>
        <span className="asked-field-name">
          {name.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name
            <span key={index}>
              {index > 0 && <span className="asked-field-step"> › </span>}
              <ExactText text={step} exact line />
            </span>
          ))}
        </span>
        {about.length > 0 && <span className="asked-field-about">{about.join(' · ')}</span>}
      </dt>
      <dd>
        {text !== '' && (
          <pre
            className={isCode(path) ? 'asked-field-text asked-field-code' : 'asked-field-text'}
            tabIndex={text.length > MAX_STILL || lines > MAX_STILL_LINES ? 0 : undefined}
          >
            <ExactText text={text} exact />
          </pre>
        )}
        {missing > 0 && <p className="asked-field-cut">{words.cut(missing)}</p>}
      </dd>
    </div>
  );
}

/** What a machine reads from left to right is shown so, also where it has letters of a script that runs the other way. */
function isCode(path: ApprovalField['path']): boolean {
  return CODE.includes(String(path.at(-1)));
}

const CODE = ['command', 'file_path', 'notebook_path', 'path', 'url', 'pattern', 'glob', 'address'];
// Beside its name on a wide page.
const MAX_SHORT = 60;
// Less than the height at which it begins to scroll, on the narrowest page.
const MAX_STILL = 300;
const MAX_STILL_LINES = 10;
