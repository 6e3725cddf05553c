/** A short talk between a few people, for pictures: who says what to whom, how long ago, and what becomes of it. */
export interface Line {
  readonly by: string;
  /** The other person of a direct conversation, or the title of a group. */
  readonly to: string;
  readonly text: string;
  /** Minutes before the picture is taken. */
  readonly ago: number;
  /** By which text it is named in `replyTo`. */
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
  /** Who reacted, and with what. */
  readonly reactions?: Readonly<Record<string, string>>;
  /** What it was changed to. */
  readonly edited?: string;
}

/** Whose page the pictures show. */
export const READER = 'Mira';

export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Saturday hike': ['Mira', 'Jonas', 'Aisha', 'Tom'],
  'Choir, second voices': ['Aisha', 'Mira', 'Elena'],
};

const DAY = 24 * 60;

/** In the order in which it was said. */
export const TALK: readonly Line[] = [
  { by: 'Mira', to: 'Elena', text: 'Thank you for the book, I read half of it on the train.', ago: 3 * DAY + 60 },
  { by: 'Elena', to: 'Mira', text: 'Keep it as long as you like!', ago: 3 * DAY + 55 },
  { by: 'Tom', to: 'Mira', text: 'Did the parcel arrive?', ago: DAY + 400 },
  { by: 'Mira', to: 'Tom', text: 'This morning. Nothing broken 🎉', ago: DAY + 395, reactions: { Tom: '🙏' } },
  { by: 'Jonas', to: 'Mira', text: 'Are you still up for the hike on Saturday?', ago: DAY + 190 },
  { by: 'Mira', to: 'Jonas', text: 'Yes! I looked at the forecast: dry until the evening.', ago: DAY + 184 },
  {
    by: 'Mira',
    to: 'Jonas',
    text: 'I make a group so that Aisha and Tom can join.',
    ago: DAY + 183,
    reactions: { Jonas: '👍' },
  },
  {
    by: 'Mira',
    to: 'Saturday hike',
    text: 'Saturday, the lake trail: who comes?',
    ago: DAY + 178,
    reactions: { Jonas: '🥾', Aisha: '🥾', Tom: '🥾' },
  },
  {
    by: 'Aisha',
    to: 'Saturday hike',
    text: 'Me, and I bring the good coffee.',
    ago: DAY + 171,
    reactions: { Mira: '❤️', Tom: '❤️', Jonas: '😂' },
  },
  { by: 'Tom', to: 'Saturday hike', text: 'Count me in. Train or car?', ago: DAY + 160 },
  {
    by: 'Jonas',
    to: 'Saturday hike',
    text: 'Train. There is one at 8:12 from the main station, platform 4.',
    ago: 95,
    edited: 'Train. There is one at 8:12 from the main station, platform 6.',
  },
  { by: 'Mira', to: 'Saturday hike', text: 'Perfect. This is the route: https://trails.example/lake-trail', ago: 92 },
  {
    by: 'Aisha',
    to: 'Saturday hike',
    text: '14 kilometres is fine, with a long break at the hut',
    ago: 88,
    replyTo: 'Perfect. This is the route: https://trails.example/lake-trail',
  },
  { by: 'Tom', to: 'Saturday hike', text: 'I come ten minutes later, keep me a seat by the window!', ago: 85 },
  {
    by: 'Mira',
    to: 'Saturday hike',
    text: 'Window seat is yours.',
    ago: 83,
    replyTo: 'I come ten minutes later, keep me a seat by the window!',
  },
  { by: 'Elena', to: 'Choir, second voices', text: 'The rehearsal moves to Thursday.', ago: 64 },
  {
    by: 'Aisha',
    to: 'Choir, second voices',
    text: 'Fine with me. @Mira, can you bring the scores?',
    ago: 61,
    mentions: ['Mira'],
  },
  { by: 'Jonas', to: 'Mira', text: 'Good morning! I have two pairs of poles, do you need one?', ago: 22 },
  { by: 'Mira', to: 'Jonas', text: 'Good morning ☀️', ago: 19 },
  { by: 'Mira', to: 'Jonas', text: 'Oh yes, please. My knees say thank you.', ago: 19, reactions: { Jonas: '😂' } },
  { by: 'Jonas', to: 'Mira', text: 'Then I bring both, and the map in case there is no signal up there.', ago: 16 },
  { by: 'Mira', to: 'Jonas', text: 'I take care of lunch: bread, cheese, apples. Anything you do not eat?', ago: 14 },
  {
    by: 'Jonas',
    to: 'Mira',
    text: 'I eat everything, as you know',
    ago: 12,
    replyTo: 'I take care of lunch: bread, cheese, apples. Anything you do not eat?',
    reactions: { Mira: '😂' },
  },
  { by: 'Mira', to: 'Jonas', text: 'Right. See you at 8:05 on the platform 👋', ago: 9 },
  { by: 'Aisha', to: 'Mira', text: 'Which size are your boots?', ago: 6 },
  { by: 'Aisha', to: 'Mira', text: 'I may have a warmer pair for you', ago: 5 },
];

/** To whom the reader has read everything. */
export const READ = ['Elena', 'Tom', 'Jonas', 'Saturday hike'];
