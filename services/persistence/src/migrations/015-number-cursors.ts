import type { Migration } from '@chat-app/database';

/**
 * `cursors.received_number`: number of the newest message that the device has. Numbers of messages are drawn while the inboxes
 * that get them are locked, so within an inbox they ascend like its entries: a device that has this message has every
 * message of its user with a smaller number, in whatever conversation. That is the receipt of all of them in one number.
 */
export const numberCursors: Migration = {
  name: '015_number_cursors',
  sql: `
alter table chat.cursors add column received_number bigint not null default 0;
`,
};
