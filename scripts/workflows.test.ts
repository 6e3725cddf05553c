import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Step {
  uses?: string;
  run?: string;
}
interface Job {
  uses?: string;
  needs?: string | string[];
  steps?: Step[];
}

const FOLDER = join(__dirname, '../.github/workflows');
const jobsOf = (file: string): Record<string, Job> =>
  (parse(readFileSync(join(FOLDER, file), 'utf8')) as { jobs: Record<string, Job> }).jobs;
const workflows = readdirSync(FOLDER).map((file) => [file, jobsOf(file)] as const);
const steps = workflows.flatMap(([, jobs]) => Object.values(jobs).flatMap((job) => job.steps ?? []));

/** Jobs that must have passed before this one begins. */
function before(jobs: Record<string, Job>, name: string): string[] {
  return [jobs[name]?.needs ?? []].flat().flatMap((needed) => [needed, ...before(jobs, needed)]);
}

describe('the workflows', () => {
  it('publish nothing before all tests and the cluster tests have passed', () => {
    const jobs = jobsOf('release.yml');
    const tests = Object.keys(jobs).filter((name) => jobs[name]?.uses !== undefined);
    expect(tests.map((name) => jobs[name]?.uses).sort()).toEqual([
      './.github/workflows/ci.yml',
      './.github/workflows/e2e.yml',
    ]);
    const publishing = Object.keys(jobs).filter((name) => !tests.includes(name));
    expect(publishing.length).toBeGreaterThan(0);
    for (const name of publishing) expect([name, ...before(jobs, name)]).toEqual(expect.arrayContaining(tests));
  });

  it('name actions of others by the commit they are, not by a tag that can be moved', () => {
    const used = [...steps, ...workflows.flatMap(([, jobs]) => Object.values(jobs))].flatMap(({ uses }) => uses ?? []);
    const foreign = used.filter((uses) => !uses.startsWith('./'));
    expect(foreign.length).toBeGreaterThan(0);
    expect(foreign.filter((uses) => !/@[0-9a-f]{40}$/.test(uses))).toEqual([]);
  });

  it('run no program that they fetched before its checksum is compared', () => {
    const fetching = steps.flatMap(({ run = '' }) => (/\b(curl|wget)\b/.test(run) ? [run] : []));
    expect(fetching.length).toBeGreaterThan(0);
    for (const run of fetching) {
      for (const [, program = ''] of run.matchAll(/curl .*-o (\S+)/g)) {
        const checked = run.search(new RegExp(`${program}" \\| sha256sum --check --strict`));
        expect(checked).toBeGreaterThan(0);
        expect(checked).toBeLessThan(run.search(new RegExp(`install ${program}\\b`)));
      }
      expect(run).not.toMatch(/(curl|wget)[^\n]*\|\s*(sudo\s+)?(ba)?sh\b/);
    }
  });
});
