/** The projection of every kind: a new kind is one file beside this one and one line here. */
import type { EventKindName, EventRecord } from '@chat-app/protocol';
import { blocked } from './blocked';
import { conversation } from './conversation';
import { deleted } from './deleted';
import { edited } from './edited';
import { invited } from './invited';
import { joined } from './joined';
import { left } from './left';
import { message } from './message';
import { reacted } from './reacted';
import { read } from './read';
import { settings } from './settings';
import { uninvited } from './uninvited';
import type { Projection } from './projection';

const PROJECTIONS: { [Name in EventKindName]: Projection<EventRecord<Name>> } = {
  message,
  joined,
  left,
  conversation,
  edited,
  deleted,
  read,
  settings,
  blocked,
  invited,
  uninvited,
  reacted,
};

/** The projection of a kind. */
export function projectionOf(kind: EventKindName): Projection<EventRecord> {
  return PROJECTIONS[kind];
}
