/** What somebody may change of a user, as the gateway has it: here only so that nothing is offered that it refuses. */
import type { UserView } from '../../../contract/admin/users.ts';
import type { Me } from '../../../contract/api.ts';

export function mayChange(
  by: Pick<Me['user'], 'id' | 'role'>,
  user: Pick<UserView, 'id' | 'role'>,
): { change: boolean; role: boolean; disable: boolean; signOut: boolean; remove: boolean } {
  const self = by.id === user.id;
  const change = self || by.role === 'owner' || user.role === 'member';
  return {
    change,
    role: by.role === 'owner' && user.role !== 'owner',
    disable: change && !self,
    signOut: self || user.role !== 'owner',
    remove: change && !self && user.role !== 'owner',
  };
}
