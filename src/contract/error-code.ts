import { z } from 'zod';
import { type ErrorCode, errorTable } from './errors.ts';

/** One of the stable error codes, as it is read from wire, journal and HTTP. Apart, so that the page needs no zod. */
export const errorCode = z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]);
