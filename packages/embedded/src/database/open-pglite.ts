import { PGlite, type Transaction } from '@electric-sql/pglite';
import { PrivateNodeFS } from './private-files';

/** What runs statements: the database, or a transaction of it. */
export type PgliteSession = Pick<Transaction, 'query' | 'exec'>;
export type { PGlite };

type ExecProtocol = PGlite['execProtocolStream'];
type Messages = Awaited<ReturnType<ExecProtocol>>;
/** What the library makes of a row. */
interface DataRow {
  name: 'dataRow';
  fields: (string | null)[];
}

const BYTE_ORDER_MARK = '\uFEFF';
const MARK_BYTES = Buffer.from(BYTE_ORDER_MARK);
const DATA_ROW = 'D'.charCodeAt(0);

/**
 * Opens the library's database in a directory, or in memory, without relaxed durability.
 * @param copyOf what `dumpDataDir` gave of another, which a new one begins as a copy of
 */
export async function openPglite(dataDir: string | undefined, copyOf?: Blob): Promise<PGlite> {
  const files = dataDir === undefined ? {} : { fs: new PrivateNodeFS(dataDir) };
  const begin = copyOf === undefined ? {} : { loadDataDir: copyOf };
  const pglite = new PgliteWithEveryText({ ...files, ...begin, relaxedDurability: false });
  await pglite.waitReady;
  return pglite;
}

/**
 * The library with every text as it was stored. It decodes fields with a `TextDecoder` that takes a leading U+FEFF for
 * a byte order mark and drops it (0.5.16); here the bytes of the answer are looked at as well, and it is put back.
 */
class PgliteWithEveryText extends PGlite {
  override async execProtocolStream(...[message, options]: Parameters<ExecProtocol>): Promise<Messages> {
    const { messages, data } = await this.execProtocol(message, options);
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (bytes.includes(MARK_BYTES)) restoreMarks(bytes, messages);
    return messages;
  }
}

/** Walks the rows as PostgreSQL sent them ("Message Formats": a type, a length, the fields) beside those decoded. */
function restoreMarks(bytes: Buffer, messages: Messages): void {
  const rows = messages.filter(isRow);
  let row = 0;
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] !== DATA_ROW) continue;
    const { fields } = rows[row] as DataRow;
    row += 1;
    let field = at + 7;
    for (const [index, decoded] of fields.entries()) {
      const length = bytes.readInt32BE(field);
      field += 4;
      if (length < 0 || decoded === null) continue;
      if (MARK_BYTES.equals(bytes.subarray(field, field + Math.min(length, MARK_BYTES.length)))) {
        fields[index] = `${BYTE_ORDER_MARK}${decoded}`;
      }
      field += length;
    }
  }
}

const isRow = (message: Messages[number]): message is Messages[number] & DataRow => message.name === 'dataRow';
