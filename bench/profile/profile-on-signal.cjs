/**
 * Required into a service (`NODE_OPTIONS=--require=…`): SIGUSR2 starts a CPU profile, the next writes it to
 * `$PROFILE_DIRECTORY/<pod>.cpuprofile`.
 */
const { Session } = require('node:inspector');
const { writeFileSync, renameSync } = require('node:fs');
const { join } = require('node:path');

const directory = process.env.PROFILE_DIRECTORY;
let session;

process.on('SIGUSR2', () => {
  if (session === undefined) {
    session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 500 });
    session.post('Profiler.start');
    return;
  }
  session.post('Profiler.stop', (error, result) => {
    if (error) throw error;
    const file = join(directory, `${process.env.POD_NAME ?? process.pid}.cpuprofile`);
    writeFileSync(`${file}.part`, JSON.stringify(result.profile));
    renameSync(`${file}.part`, file);
  });
  session.disconnect();
  session = undefined;
});
