import { ConfigError } from '../config/load.ts';
import { findProgram } from '../process/find-program.ts';

/** @throws ConfigError if the OpenSSH client is not installed */
export function opensshPrograms(env: NodeJS.ProcessEnv) {
  const required = (name: string) => {
    const found = findProgram(name, env);
    if (found === null) throw new ConfigError(`${name} is not on PATH; install the OpenSSH client`);
    return found;
  };
  return { ssh: required('ssh'), sshKeygen: required('ssh-keygen'), sshKeyscan: required('ssh-keyscan') };
}
