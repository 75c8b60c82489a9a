/** Shapes that several routes share. */
import { z } from 'zod';
import { TURN_ID_PATTERN } from '../../contract/names.ts';

export const turnParams = z.object({
  turnId: z.string().regex(TURN_ID_PATTERN, 'has to be a turn’s id: a UUID in lower case'),
});

export const streamResponse = {
  description:
    'Server-sent events. `event` is the type, `id` a number that only grows, `data` JSON with `type`, `turnId` and ' +
    '`at`; `accepted`, `finished`, `late` and `feedback` carry the whole `turn`, `conversation` the conversation as it ' +
    'is now, null once it is deleted. `reconnect` (no id) asks ' +
    'to come back, and says its `reason`: `token_expired`, `signed_out`, `server_stopping` or `failed`.',
  content: { 'text/event-stream': { schema: z.string() } },
};
