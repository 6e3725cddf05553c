/** The head of a request or response of Kafka's protocol, as it stands at the start of a chunk. */

export const KAFKA_PRODUCE = 0;
export const KAFKA_OFFSET_COMMIT = 8;

/** Every request starts with its length, API key, version, correlation id and client id (Kafka protocol guide). */
export function kafkaRequest(chunk: Buffer): { api: number; correlation: number; client: string } | undefined {
  if (chunk.length < 14) return undefined;
  const clientEnd = 14 + Math.max(0, chunk.readInt16BE(12));
  return {
    api: chunk.readInt16BE(4),
    correlation: chunk.readInt32BE(8),
    client: chunk.toString('utf8', 14, clientEnd),
  };
}

/** Every response starts with its length and the correlation id of its request. */
export function kafkaResponse(chunk: Buffer): { correlation: number } | undefined {
  return chunk.length < 8 ? undefined : { correlation: chunk.readInt32BE(4) };
}
