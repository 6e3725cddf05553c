/**
 * `npm run bench`: this product beside others, one after the other on this machine. Prints a line of JSON a measurement, then
 * a table of medians. Ends with status 1 where a message of the product was lost, came twice, or broke another promise.
 *
 *   --only saturate,steady   some of: saturate steady connect room drain storm
 *   --rounds 3               how often each is repeated; the median counts
 *   --peers centrifugo       some of: relay socketio centrifugo ejabberd; none for none. One that is missing is named and left out
 *   --scale 0.1              a tenth of the users and of the time: to see that it works, not to measure
 *   --rates 100,3000         of steady, in place of 1,000 a second
 *   --env A=1                more environment of the product's services, to try a setting; may be repeated
 *   --port 21000             first of the ports used, of which there are 400; below those that the kernel gives away
 *
 * Needs Linux (CPU time comes from /proc), and what `npm run backends` needs. Whatever else uses the CPU shows as noise.
 */
import { parseArgs } from 'node:util';
import { environmentOf } from './environment-of';
import { drain } from './scenarios/drain';
import { idle } from './scenarios/idle';
import { load } from './scenarios/load';
import { room } from './scenarios/room';
import { storm } from './scenarios/storm';
import { PEER_NAMES, startPeer, type PeerName } from './systems/peers';
import { Product } from './systems/product';
import type { System } from './systems/system';
import { PEER_PORTS, withProduct } from './systems/with-product';
import { AT_RATE, faultsOf, table, type Figures } from './table';

const SCENARIOS = ['saturate', 'steady', 'connect', 'room', 'drain', 'storm'] as const;
type Scenario = (typeof SCENARIOS)[number];
/** Messages a second of the steady load. */
const USUAL_RATE = 1_000;
/** Users that the largest scenario needs. */
const USERS = 6_000;

interface Options {
  only: readonly Scenario[];
  rounds: number;
  peers: readonly PeerName[];
  scale: number;
  rates: readonly number[];
  environment: Record<string, string>;
  port: number;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: SCENARIOS.join(',') },
      rounds: { type: 'string', default: '3' },
      peers: { type: 'string', default: PEER_NAMES.join(',') },
      scale: { type: 'string', default: '1' },
      rates: { type: 'string', default: String(USUAL_RATE) },
      env: { type: 'string', multiple: true, default: [] },
      port: { type: 'string', default: '21000' },
    },
  });
  const [rounds, scale, port] = [values.rounds, values.scale, values.port].map(Number) as [number, number, number];
  const rates = values.rates.split(',').map(Number);
  if (![rounds, scale, port, ...rates].every((value) => value > 0)) {
    throw new Error('--rounds, --scale, --rates and --port are numbers above 0');
  }
  return {
    only: choice('--only', values.only, SCENARIOS),
    rounds,
    peers: values.peers === 'none' ? [] : choice('--peers', values.peers, PEER_NAMES),
    scale,
    rates,
    environment: environmentOf(values.env),
    port,
  };
}

function choice<Name extends string>(option: string, text: string, names: readonly Name[]): readonly Name[] {
  const chosen = text.split(',').filter(Boolean);
  const unknown = chosen.find((name) => !names.includes(name as Name));
  if (unknown !== undefined) throw new Error(`${option}: "${unknown}" is none of ${names.join(' ')}`);
  return chosen as Name[];
}

/** Runs one scenario on one system. */
class Round {
  constructor(
    private readonly scale: number,
    private readonly rates: readonly number[],
    private readonly say: (figures: Figures) => void,
  ) {}

  async run(scenario: Scenario, system: System): Promise<void> {
    const { say } = this;
    const pairs = this.#scaled(100);
    const seconds = (full: number): number => Math.max(2, full * this.scale);
    switch (scenario) {
      case 'saturate':
        say(await load(system, { scenario, pairs, window: 16, seconds: seconds(10) }));
        break;
      case 'steady':
        for (const rate of this.rates) {
          const name = rate === USUAL_RATE ? scenario : `${AT_RATE}${rate.toLocaleString('en')}/s`;
          say(await load(system, { scenario: name, pairs, rate, seconds: seconds(10) }));
        }
        break;
      case 'connect':
        if (system instanceof Product) await system.restart();
        say(await idle(system, this.#scaled(5_000), 1_000 * seconds(20)));
        break;
      case 'room':
        if (system.makeRoom === undefined) break;
        for (const rate of [10, 40, undefined]) say(await room(system, this.#scaled(1_000), rate, seconds(10)));
        break;
      case 'drain':
        if (system instanceof Product) say(await drain(system, seconds(15), { pairs }));
        break;
      case 'storm':
        if (system instanceof Product) say(await storm(system, this.#scaled(5_000), 10));
        break;
    }
  }

  #scaled(full: number): number {
    return Math.max(2, Math.round(full * this.scale));
  }
}

async function main(): Promise<number> {
  const options = readOptions();
  const figures: Figures[] = [];
  const round = new Round(options.scale, options.rates, (one) => {
    figures.push(one);
    console.log(JSON.stringify(one));
  });
  await withProduct({ basePort: options.port, environment: options.environment }, async (product, place) => {
    await product.users.create(USERS);
    // What is compiled and pooled after this stays so; the figures of the first run are nobody's.
    await load(product, { scenario: 'warm-up', pairs: 20, window: 16, seconds: Math.max(1, 6 * options.scale) });
    const missing = new Set<PeerName>();
    for (let n = 0; n < options.rounds; n += 1) {
      for (const scenario of options.only) {
        await round.run(scenario, product);
        for (const name of options.peers.filter((peer) => !missing.has(peer) && takesPart(peer, scenario))) {
          const peer = await startPeer(name, { ...place, basePort: place.basePort + PEER_PORTS }).catch(
            (error: Error) => {
              missing.add(name);
              console.error(`SKIPPED ${name}: ${error.message}`);
            },
          );
          if (peer !== undefined) await round.run(scenario, peer).finally(() => peer.stop());
        }
      }
    }
  });
  console.log(`\n${table(figures)}`);
  return faultsOf(figures.filter(({ system }) => system === 'chat-app')) === 0 ? 0 : 1;
}

/** What others do not keep they cannot store later or catch up on; the durable peer is one node. */
function takesPart(peer: PeerName, scenario: Scenario): boolean {
  if (scenario === 'drain' || scenario === 'storm') return false;
  if (peer === 'ejabberd') return scenario === 'saturate' || scenario === 'steady';
  return peer !== 'relay' || scenario !== 'room';
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
