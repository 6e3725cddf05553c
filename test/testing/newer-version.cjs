/**
 * Makes a service the version after this one: `node --require …/newer-version.cjs services/…/dist/main.js`, or the same by
 * NODE_OPTIONS. For tests of rolling upgrades; no image ships it.
 *
 * It adds what a developer would add for a kind of event: the kind `x-wave` with its record, its frame and its command `wave`
 * in the protocol, and in persistence its projection with a table of its own, by a migration.
 */
const { existsSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

const KIND = 'x-wave';
const NUMBER = 9_000;
const main = process.argv[1] ?? '';

// Only the programs of a service: whatever else runs with these options is left as it is.
if (/services[\\/](websocket|persistence)[\\/]dist[\\/]/.test(main)) {
  addKind(dirname(createRequire(main).resolve('@chat-app/protocol')));
  const projections = join(dirname(main), 'storing', 'projections');
  if (existsSync(projections)) addProjection(dirname(main), projections);
}

/** Before anything else has seen the registry: `FEATURES` is made of it. */
function addKind(protocol) {
  const { z } = createRequire(join(protocol, 'index.js'))('zod');
  const { defineEvent } = require(join(protocol, 'events', 'event-kind.js'));
  const { messageId } = require(join(protocol, 'identifiers.js'));
  const registry = require(join(protocol, 'events', 'index.js'));
  const name = { id: z.string().optional(), recipient_id: z.uuid().optional(), conversation_id: z.uuid().optional() };
  registry.EVENT_KINDS[KIND] = defineEvent(KIND, NUMBER, { hue: z.string() });
  registry.COMMANDS.wave = {
    type: 'wave',
    kind: KIND,
    frame: z.object({ type: z.literal('wave'), hue: z.string(), ...name }),
    fault: () => undefined,
    toRecord: ({ id, hue }, { actor_id, conversation_id, recipient_id, at }) => ({
      kind: KIND,
      event_id: messageId({ sender_id: actor_id, conversation_id, id, content: `${KIND} ${hue}` }),
      ...{ conversation_id, actor_id, recipient_id, at, hue },
    }),
  };
}

function addProjection(service, projections) {
  const registry = require(join(projections, 'index.js'));
  const { projectEntry } = require(join(dirname(projections), 'project-entry.js'));
  const { projectionOf } = registry;
  const wave = {
    fromLog: true,
    toRow: (value) => projectEntry(NUMBER, value),
    apply: async (transaction, values) => {
      const text = 'insert into chat.x_waves (event_id, hue) select * from unnest($1::uuid[], $2::text[])';
      await transaction.query({ name: 'insert_waves', text }, [
        values.map(({ event_id }) => event_id),
        values.map(({ hue }) => hue),
      ]);
    },
  };
  registry.projectionOf = (kind) => (kind === KIND ? wave : projectionOf(kind));
  require(join(service, 'migrations', 'index.js')).MIGRATIONS.push({
    name: '900_create_x_waves',
    sql: 'create table chat.x_waves (event_id uuid primary key, hue text not null);',
  });
}
