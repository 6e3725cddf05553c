import * as React from 'react';

/** Does something and draws all that follows from it. Typed here: the page's types, which the lint reads, are Preact's. */
export const { act } = React as unknown as { act: (work: () => Promise<unknown>) => Promise<void> };
