/** The box before an item of a task list. It tells and can't be ticked, so it is a picture and no field. */
import { Icon } from '../ui/Icon.tsx';
import { usePage } from '../ui/page.ts';

export function TaskBox({ checked }: { checked?: boolean | undefined }) {
  const { t } = usePage();
  return (
    <span className="task-box" role="img" aria-label={checked ? t.taskDone : t.taskOpen}>
      {checked && <Icon name="check" />}
    </span>
  );
}
