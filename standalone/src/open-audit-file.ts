import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogDestination } from '@chat-app/platform';

const MAX_BYTES = 16 * 1024 * 1024;

/** The file of the audit log: a person watches the terminal, whoever looks for an intrusion looks here. */
export interface AuditFile extends LogDestination {
  close(): void;
}

/** Opens `audit.log` in the directory, for its owner alone. One that has grown large is kept as `audit.log.1`, in place of the last. */
export function openAuditFile(directory: string): AuditFile {
  const path = join(directory, 'audit.log');
  let file = open(path);
  let bytes = statSync(path).size;
  return {
    write(line) {
      if (bytes > MAX_BYTES) {
        closeSync(file);
        file = open(path);
        bytes = 0;
      }
      bytes += writeSync(file, line);
    },
    close: () => closeSync(file),
  };
}

function open(path: string): number {
  if (existsSync(path) && statSync(path).size > MAX_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}
