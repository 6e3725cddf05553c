/** The lowest id there is, and no row's: where a walk over a table in the order of its ids begins. */
export const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';
