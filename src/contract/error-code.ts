import { z } from 'zod';
import { type ErrorCode, errorTable } from './errors.ts';

/**
 * One of the stable error codes, as read from wire, journal and HTTP. A file of its own, so that the page needs no Zod.
 */
export const errorCode = z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]);
