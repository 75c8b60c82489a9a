/** T17 under the other name, each time. */
import { attackFromAnotherPort } from './another-port.ts';

attackFromAnotherPort({ planted: ['127.0.0.1'], reached: ['localhost'], stolen: ['127.0.0.1'] });
