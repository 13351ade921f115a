// planted.mjs - each bug of plants.mjs planted, one at a time: which test fails?
// SPDX-License-Identifier: Apache-2.0
import {readFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {parseArgs} from 'node:util';
import {judges as allJudges, prepare} from './build.mjs';
import {Bench, calibrate, inParallel, judge, reason, run} from './judge.mjs';
import {bugs} from './plants.mjs';

const usage = `usage: scripts/planted [--only TEXT] [--list] [--jobs N] [--build FOLDER]
  --only TEXT     the bugs whose line has this text in it
  --list          the bugs, and how each is planted
  --jobs N        at once (as many as there are processors)
  --build FOLDER  where the judges are built (build/mutants)
`;

/** Bugs with their ways of planting, one after the other, each with what is shown of it. */
function allPlants(only) {
    const plants = bugs.flatMap(({bug, plants: ways}) => ways.map((plant) => ({bug, ...plant,
        where: plant.fault ? `fault ${plant.fault} of tests/powercut` : `${plant.file}: ${change(plant)}`})));
    return plants.filter(({bug, where}) => !only || `${bug} ${where}`.includes(only));
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();
const change = ({from, to}) => (oneLine(to) === '' || oneLine(to) === ';' ? `without "${oneLine(from)}"` : `"${oneLine(from)}" is "${oneLine(to)}"`);

function planted({file, from, to}) {
    const source = readFileSync(file, 'utf8'), parts = source.split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times "${oneLine(from)}": adapt tests/mutants/plants.mjs`);
    return parts.join(to);
}

/** powercut finds the fault, and nothing where it is taken out again. */
async function catchFault(judges, {fault}) {
    const [program] = judges.find(({name}) => name === 'powercut').command;
    const result = await run([program, '--planted', '--fault', fault], {limit: 600});
    return result.status === 0 && result.output.includes('1 of 1 faults caught') ? {judge: 'powercut', why: reason(result)} : null;
}

async function main(options) {
    const plants = allPlants(options.only);
    if (plants.length === 0) throw new Error(`no bug has "${options.only}" in its line: scripts/planted --list shows all`);
    if (options.list) {
        for (const {bug, where} of plants) console.log(`${bug}\n    ${where}`);
        return 0;
    }
    prepare(options.build, options.jobs);
    const judges = allJudges(options.build);
    const benches = Array.from({length: options.jobs}, (_, index) => new Bench(options.build, `planted${index}`));
    const sources = Object.fromEntries(plants.filter(({file}) => file).map(({file}) => [file, readFileSync(file, 'utf8')]));
    plants.forEach((plant) => plant.file && planted(plant));
    await calibrate(benches[0], judges, sources);
    const results = await inParallel(benches, plants, async (bench, plant) => {
        const found = plant.fault ? await catchFault(judges, plant) : await judge(bench, judges, plant.file, planted(plant));
        console.log(`planted: ${plant.bug}: ${plant.where}: ${found ? `caught by ${found.judge}: ${found.why}` : 'NOT CAUGHT'}`);
        return found;
    });
    const missed = new Set(plants.filter((_, index) => !results[index]).map(({bug}) => bug));
    const all = new Set(plants.map(({bug}) => bug));
    console.log(`planted: ${all.size - missed.size} of ${all.size} bugs of the list caught in every way that they are planted`);
    const caught = results.filter((found) => found).length;
    console.log(`planted: ${caught} of ${plants.length} caught`);
    return caught === plants.length ? 0 : 1;
}

try {
    const text = {type: 'string'}, flag = {type: 'boolean'};
    const {values} = parseArgs({options: {only: text, jobs: text, build: text, list: flag, help: flag}});
    if (values.help) console.log(usage);
    else process.exitCode = await main({...values, jobs: Number(values.jobs ?? cpus().length), build: values.build ?? 'build/mutants'});
} catch (error) {
    console.error(`planted: ${error.message}`);
    process.exitCode = 2;
}
