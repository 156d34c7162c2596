// Measures Stepwright beside aws-local-stepfunctions in one run, so that both meet the same machine.
//
//   node benches/peers/measure.mjs --workloads FOLDER [--stepwright PROGRAM] [--rounds N]
//
// FOLDER holds `index.json`, for each workload NAME its `NAME.asl.json` and `NAME.input.json`, and a
// `MockConfigFile.json` for those whose entry in the index names a test case. The peer comes from npm into a
// temporary folder that is removed at the end. Figures are seconds of CPU per execution, the median of the
// rounds; within a round both take turns. An execution counts only if its output holds what the index expects.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

// The peer asks for Node 22 because of this one function; with it Node 20 does as well.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const PEER = 'aws-local-stepfunctions@3.0.0';
// Long enough that a tick of the CPU clock does not count, short enough for a coffee.
const SPAN_MS = 700;

const { values: options } = parseArgs({
  options: {
    workloads: { type: 'string' },
    stepwright: { type: 'string', default: 'target/release/stepwright' },
    rounds: { type: 'string', default: '5' },
  },
});
if (!options.workloads) {
  console.error('name the folder of workloads with --workloads');
  process.exit(2);
}
const folder = options.workloads;
const rounds = Number(options.rounds);
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const index = read('index.json');

const home = mkdtempSync(join(tmpdir(), 'stepwright-peers-'));
try {
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', home, PEER], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { StateMachine } = createRequire(join(home, 'package.json'))('aws-local-stepfunctions');
  console.log('| | transitions | stepwright, CPU ms | peer, CPU ms | ratio | stepwright, p50 ms | peer, p50 ms |');
  console.log('|---|---|---|---|---|---|---|');
  for (const name of Object.keys(index)) {
    await compare(StateMachine, name);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}

async function compare(StateMachine, name) {
  const entry = index[name];
  // The peer knows no JSONata, and a run that really waits says nothing about CPU.
  const shared = entry.queryLanguage === 'JSONPath' && name !== 'w5';
  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(stepwright(name, entry));
    if (shared) theirs.push(await peer(StateMachine, name, entry));
  }
  const ms = (figures, key) => median(figures.map((figure) => figure[key])) * 1e3;
  const cells = [name, entry.transitions, ms(ours, 'cpu').toFixed(4)];
  if (shared) {
    cells.push(ms(theirs, 'cpu').toFixed(3), (ms(theirs, 'cpu') / ms(ours, 'cpu')).toFixed(0));
  } else {
    cells.push('–', '–');
  }
  cells.push(ms(ours, 'p50').toFixed(4), shared ? ms(theirs, 'p50').toFixed(3) : '–');
  console.log(`| ${cells.join(' | ')} |`);
}

function stepwright(name, entry) {
  const bench = (runs) => {
    const mocks = entry.testCase
      ? ['--mocks', `${join(folder, 'MockConfigFile.json')}#${entry.testCase}`]
      : [];
    const said = execFileSync(options.stepwright, [
      'bench', join(folder, `${name}.asl.json`),
      '--input', `@${join(folder, `${name}.input.json`)}`,
      '--type', entry.type, '--format', 'json', '--runs', String(runs), ...mocks,
    ], { maxBuffer: 1 << 28 });
    return JSON.parse(said);
  };
  const first = bench(20);
  if (first.status !== 'SUCCEEDED') throw new Error(`stepwright: ${name} ended as ${first.status}`);
  check('stepwright', name, entry, first.output);
  const result = bench(Math.max(20, Math.ceil((SPAN_MS * 1e3) / first.p50_us)));
  return { cpu: result.cpu_s_per_execution, p50: result.p50_us / 1e6 };
}

async function peer(StateMachine, name, entry) {
  const machine = new StateMachine(read(`${name}.asl.json`));
  const input = read(`${name}.input.json`);
  const once = async () => {
    const run = machine.run(input, { overrides: { taskResourceLocalHandlers: handlers(name, entry) } });
    return run.result;
  };
  check('the peer', name, entry, await once());
  // Until the compiler of the peer's engine has settled.
  const warm = performance.now();
  while (performance.now() - warm < SPAN_MS / 2) await once();
  const times = [];
  const before = process.cpuUsage();
  const begun = performance.now();
  while (performance.now() - begun < SPAN_MS || times.length < 5) {
    const start = performance.now();
    await once();
    times.push((performance.now() - start) / 1e3);
  }
  const used = process.cpuUsage(before);
  return { cpu: (used.user + used.system) / 1e6 / times.length, p50: median(times) };
}

/** The mocked answers of a test case as functions, fresh for each execution. */
function handlers(name, entry) {
  if (!entry.testCase) return {};
  const config = read('MockConfigFile.json');
  const states = config.StateMachines[name].TestCases[entry.testCase];
  return Object.fromEntries(Object.entries(states).map(([state, response]) => {
    const answers = config.MockedResponses[response];
    let calls = 0;
    return [state, async () => {
      const call = calls;
      calls += 1;
      const found = Object.entries(answers).find(([range]) => {
        const [from, to = from] = range.split('-').map(Number);
        return from <= call && call <= to;
      });
      if (!found) throw new Error(`no answer ${call} for ${state}`);
      if (found[1].Throw) {
        throw Object.assign(new Error(found[1].Throw.Cause), { name: found[1].Throw.Error });
      }
      return found[1].Return;
    }];
  }));
}

function check(who, name, entry, output) {
  if (!JSON.stringify(output).includes(entry.expect)) {
    throw new Error(`${who}: ${name} gave ${JSON.stringify(output).slice(0, 200)}, not ${entry.expect}`);
  }
}

function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
