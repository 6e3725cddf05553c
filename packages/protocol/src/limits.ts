/**
 * Bounds that both sides of the wire rely on. A server may be configured to be stricter; `welcome.limits` tells a client
 * the values in force. Sizes are UTF-8 bytes.
 */
export const LIMITS = {
  /** Largest WebSocket frame a server reads; a larger one closes the connection with 1009. */
  frameBytes: 64 * 1024,
  /** Largest `content` of a message. */
  contentBytes: 16 * 1024,
  /** Largest `data` of a message, conversation or user, as JSON. */
  dataBytes: 4 * 1024,
  /** Objects and lists within each other in `data`, itself included. */
  dataLevels: 64,
  /** Longest client-chosen message id, in characters. */
  clientIdCharacters: 128,
  /** Most users that one message mentions. */
  mentions: 50,
  /** Longest emoji of a reaction, as UTF-8: the longest of Unicode have 35. */
  emojiBytes: 64,
  /** Most different reactions of one message. */
  reactionsPerMessage: 20,
  /** Most different reactions of one user to one message. */
  reactionsPerUser: 10,
  /** Users that are named of each reaction of a message; all are counted. */
  reactionUsers: 50,
  /** Longest device id, in characters. */
  deviceIdCharacters: 64,
  /** Members of one group, its owner included. */
  groupMembers: 1_000,
  /** Invitations of one user that wait for an answer, and those of them that one other user made. */
  invitations: 100,
  invitationsOfOne: 10,
  /** Users whom one user may block. */
  blocks: 1_000,
  /** Members of the largest conversation whose members are told how far the others came; beyond it one asks for counts. */
  receiptMembers: 64,
  /** Longest group title, in characters. */
  titleCharacters: 200,
  /** Entries a device may be behind before it is sent only the newest; the rest is history. */
  catchUpEntries: 500,
  /** Maximum that `catchUpEntries` may be configured to. */
  mostCatchUpEntries: 100_000,
  /** Maximum entries one inbox read returns. */
  inboxPage: 200,
  /** Maximum entries of each inbox that one internal call for several returns, and about how many of all of them. */
  inboxesPage: 20,
  inboxesEntries: 400,
  /** Maximum messages one history read returns. */
  historyPage: 100,
  /** Time between two `typing` of a user in a conversation that are passed on, milliseconds. */
  typingIntervalMs: 3_000,
  /** Whoever does not say again that they are typing has stopped after this time, milliseconds. */
  typingForgottenMs: 6_000,
  /** Members of the largest group in which typing is passed on. */
  typingMembers: 100,
  /** Maximum users one look into the directory returns. */
  directoryPage: 20,
  /** Users that one connection watches. */
  watchedUsers: 500,
  /** Connections one internal call opens. */
  connectionsPerCall: 100,
  /** Inboxes one internal call reads. */
  inboxesPerCall: 50,
  /** Maximum user ids one internal call names. */
  usersPerCall: 10_000,
} as const;
