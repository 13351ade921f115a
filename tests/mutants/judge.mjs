// judge.mjs - one mutant: is it one, and who notices?
// SPDX-License-Identifier: Apache-2.0
import {spawn, spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {strict, ways} from './build.mjs';

const OUTPUT_KEPT = 1 << 16;
const LIMIT_TIMES = 10;     // the time a judge takes without a mutant, and of the processor: a loaded machine ends none
const LIMIT_SECONDS = 5;    // at the very least
const FIRST_LIMIT = 600;     // when that time is not known yet
const WALL_SECONDS = 1200;    // one that sleeps takes no processor's time

/** Run a command; resolves with {status, output}, status null when it was ended. */
export function run(command, {limit = 120, wall = WALL_SECONDS} = {}) {
    return new Promise((done) => {
        const child = spawn('prlimit', [`--cpu=${limit}:${limit + 1}`, '--core=0', ...command], {stdio: ['ignore', 'pipe', 'pipe']});
        let output = '';
        const keep = (data) => { output = (output + data).slice(-OUTPUT_KEPT); };
        child.stdout.on('data', keep);
        child.stderr.on('data', keep);
        const timer = setTimeout(() => child.kill('SIGKILL'), wall * 1000);
        child.on('close', (status, signal) => {
            clearTimeout(timer);
            done({status, signal, output});
        });
    });
}

const shell = (text) => run(['bash', '-c', text]);
const quoted = (path) => `'${path.replaceAll("'", "'\\''")}'`;
const asan = () => spawnSync('gcc', ['-print-file-name=libasan.so'], {encoding: 'utf8'}).stdout.trim();

/** One worker's folder, and the compiler in it. */
export class Bench {
    constructor(build, name) {
        this.folder = resolve(build, 'work', name);
        this.asan = asan();
        mkdirSync(this.folder, {recursive: true});
    }
    write(file, source) {
        const path = join(this.folder, basename(file));
        writeFileSync(path, source);
        return path;
    }
    /** The machine's code of a source as text, or null when the compiler refuses it. */
    async code(file, source) {
        const path = this.write(file, source), out = `${path}.s`;
        const {status} = await shell(`gcc ${ways.fast} ${strict} -iquote ${dirname(file)} -S ${quoted(path)} -o ${quoted(out)}`);
        return status === 0 ? readFileSync(out, 'utf8') : null;
    }
    async library(way, sources) { // {file: source}
        const paths = Object.entries(sources).map(([file, source]) => this.write(file, source));
        const folders = [...new Set(Object.keys(sources).map((file) => `-iquote ${dirname(file)}`))];
        const out = join(this.folder, `${way}.so`);
        const {status, output} = await shell(`gcc -shared -w ${ways[way]} ${folders.join(' ')} ${paths.map(quoted).join(' ')} -o ${quoted(out)}`);
        if (status !== 0) throw new Error(`not compiled: ${output}`);
        return out;
    }
    /** The test that has the file in it, in a copy of the tree where the file is another one. */
    async program({file, test}, source) {
        for (const path of [file, test]) mkdirSync(join(this.folder, dirname(path)), {recursive: true});
        const out = join(this.folder, basename(test, '.c'));
        const {status, output} = await shell(`cp ${dirname(file)}/*.h ${quoted(join(this.folder, dirname(file)))} && ` +
            `cp -r ${dirname(file)}/guard ${quoted(join(this.folder, dirname(file)))} && cp ${test} ${quoted(join(this.folder, test))}`);
        if (status !== 0) throw new Error(output);
        writeFileSync(join(this.folder, file), source);
        const made = await shell(`gcc -w ${ways.sanitized} ${quoted(join(this.folder, test))} -lcmocka -o ${quoted(out)}`);
        if (made.status !== 0) throw new Error(`not compiled: ${made.output}`);
        return out;
    }
    judge(judge, library, limit) {
        const preload = judge.way === 'sanitized' ? `${this.asan} ${library}` : library;
        return run(['env', '-C', this.folder, `LD_PRELOAD=${preload}`, ...judge.command], {limit});
    }
}

/** What a judge's output says of the reason, in one line. */
export function reason({status, signal, output}) {
    const line = /\[ {2}FAILED {2}\] (?!\d)(\w+)/.exec(output)?.[1] ?? /^powercut: (.*?); repeat/m.exec(output)?.[1];
    const fault = /(?:ERROR: AddressSanitizer: |runtime error: )([^\n]{0,80})/.exec(output)?.[1];
    if (signal === 'SIGKILL' || signal === 'SIGXCPU' || status === 137 || status === 152) return 'came to no end';
    return fault ?? line ?? `ended with ${signal ?? status}`;
}

/** All judges hold with the true sources loaded in the way of mutants; sets each one's limit. */
export async function calibrate(bench, judges, sources) {
    const preloaded = Object.fromEntries(Object.entries(sources).filter(([file]) => !judges.some((judge) => judge.file === file)));
    const libraries = {};
    for (const way of Object.keys(ways)) libraries[way] = await bench.library(way, preloaded);
    for (const judge of judges) {
        const begin = process.hrtime.bigint();
        const result = judge.test ? await run([await bench.program(judge, readFileSync(judge.file, 'utf8'))])
                                  : await bench.judge(judge, libraries[judge.way], FIRST_LIMIT);
        if (result.status !== 0) throw new Error(`${judge.name} fails without a change: ${reason(result)}\n${result.output.slice(-2000)}`);
        judge.seconds = Number(process.hrtime.bigint() - begin) / 1e9;
        judge.limit = Math.ceil(Math.max(LIMIT_SECONDS, LIMIT_TIMES * judge.seconds));
    }
}

/** Those of a file: tests that are named after it first, then the quick ones; the fast way's last. */
export function inOrder(judges, file) {
    const own = judges.filter((judge) => judge.file === file);
    if (own.length > 0) return own;
    const topic = basename(file, '.c').split('_')[0];
    const rank = (judge) => (judge.way === 'fast' ? 2000 : judge.name.startsWith(`test_${topic}`) ? 0 : 1000) + judge.seconds;
    return judges.filter((judge) => !judge.file && (judge.of?.test(file) ?? true)).sort((a, b) => rank(a) - rank(b));
}

/** Returns {judge, why} of the first that notices the changed source, or null. each: called with every result; then all are asked. */
export async function judge(bench, judges, file, source, each) {
    const libraries = {};
    let first = null;
    for (const judge of inOrder(judges, file)) {
        if (!judge.test) libraries[judge.way] ??= await bench.library(judge.way, {[file]: source});
        const result = judge.test ? await run([await bench.program(judge, source)], {limit: judge.limit})
                                  : await bench.judge(judge, libraries[judge.way], judge.limit);
        each?.(judge, result);
        if (result.status === 0) continue;
        first ??= {judge: judge.name, why: reason(result)};
        if (!each) return first;
    }
    return first;
}

/** Do `work` on all items, `jobs` at once; the results in the items' order. */
export async function inParallel(benches, items, work) {
    const results = [];
    let next = 0;
    const worker = async (bench) => {
        for (let index; (index = next++) < items.length;) results[index] = await work(bench, items[index]);
    };
    await Promise.all(benches.map(worker));
    return results;
}
