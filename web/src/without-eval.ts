// The page's Content-Security-Policy forbids compiling code at run time, which schemas try when they are made: this
// module is imported before any of them.
import { config } from 'zod';

config({ jitless: true });
