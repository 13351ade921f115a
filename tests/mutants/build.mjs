// build.mjs - what judges a mutant, built once: each test program against one library with all of the device's code, so that
// a mutated file, compiled alone and loaded before that library (LD_PRELOAD), takes the place of the true one.
// SPDX-License-Identifier: Apache-2.0
import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {basename, join, resolve} from 'node:path';

const includes = ['-Iinclude', '-Isrc/core', '-Isrc/core/config', '-Itests/unit/support', '-Itests/powercut',
    '-isystem .deps/mbedtls/include', '-isystem .deps/jsmn', '-isystem .deps/picohttpparser', '-isystem .deps/wslay/lib',
    '-isystem .deps/wslay/lib/includes'].join(' ');
const common = `-std=gnu11 -g0 -fPIC -fno-diagnostics-color '-DMBEDTLS_CONFIG_FILE="flota_mbedtls_config.h"' ${includes}`;

/** Two ways to build: with sanitizers for the unit tests, fast for the many boots of powercut and the boot table. */
export const ways = {
    sanitized: `-O1 -fsanitize=address,undefined -fno-sanitize-recover=all ${common}`,
    fast: `-O2 ${common}`,
};

/** What the compiler only warns of is an error here: a mutant that mixes up pointers would not be written. */
export const strict = ['incompatible-pointer-types', 'int-conversion', 'implicit-function-declaration', 'discarded-qualifiers']
    .map((name) => `-Werror=${name}`).join(' ');

const list = (folder, pattern) => readdirSync(folder).filter((name) => pattern.test(name)).sort().map((name) => join(folder, name));

/** Parts of the guard that run here: each is compiled into a test of its own. */
const included = {
    'ports/stm32h7/option_bytes.c': 'tests/unit/test_stm32h7_options.c',
    'ports/stm32h7/rules.c': 'tests/unit/test_stm32h7_rules.c',
};

/** The boot core and the updater: what the guard decides, what an update does. */
export const mutated = () => [...list('src/core', /^(boot|journal|trial|update)\w*\.c$/), ...Object.keys(included)];

const mbedtls = () => readFileSync('cmake/mbedtls_sources.txt', 'utf8').split('\n').filter((line) => /^\w/.test(line))
    .map((name) => join('.deps/mbedtls/library', name));
const device = () => [...['src/core', 'src/rpc', 'src/net', 'src/agent', 'src/dash', 'tests/unit/support']
    .flatMap((folder) => list(folder, /\.c$/)), ...mbedtls(), '.deps/picohttpparser/picohttpparser.c'];
const fastCore = () => [...list('src/core', /\.c$/).filter((file) => basename(file) !== 'crc32.c'), ...mbedtls(),
    ...['image_maker', 'key_maker', 'update_driver', 'flash_model', 'journal_model', 'bundle_maker'].map((name) => `tests/unit/support/${name}.c`),
    'tests/powercut/fast_crc32.c'];
const powercut = () => list('tests/powercut', /\.c$/).filter((file) => basename(file) !== 'fast_crc32.c');

// Slow under sanitizers, and there is little memory to go wrong in them.
const fastTests = ['test_boot_table'];
const testFiles = () => list('tests/unit', /^test_(boot|journal|trial|update|image|rpc_ota|http_update_(actions|check|resume)|signature|trust)\w*\.c$/)
    .filter((file) => !readFileSync(file, 'utf8').includes('__wrap_') // those need a static link
        && !file.includes('mcdc')); // it searches for long where a pair is missing; test_boot_table sees the same

/** Who judges. A command: a program, into which a changed file is preloaded. of: the files of which it sees anything. file, test:
 *  a test that has the file in it. */
export function judges(build) {
    const tests = testFiles().map((file) => basename(file, '.c'));
    const program = (way, name) => resolve(build, way, name);
    return [
        ...tests.filter((name) => !fastTests.includes(name)).map((name) => ({name, way: 'sanitized', command: [program('sanitized', name)]})),
        ...fastTests.map((name) => ({name, way: 'fast', command: [program('fast', name)], of: /\/(boot\w*|journal)\.c$/})),
        {name: 'powercut', way: 'fast', command: [program('fast', 'powercut'), '--cases', '6000']},
        ...Object.entries(included).map(([file, test]) => ({name: basename(test, '.c'), way: 'sanitized', file, test})),
    ];
}

class Ninja {
    constructor(build) {
        this.build = build;
        const cached = spawnSync('ccache', ['--version']).status === 0 ? 'ccache ' : '';
        this.lines = [
            'rule compile', `  command = ${cached}gcc $flags -MMD -MF $out.d -c $in -o $out`, '  depfile = $out.d', '  deps = gcc',
            'rule share', '  command = gcc -shared $flags $in -o $out',
            'rule link', '  command = gcc $flags $in -Wl,--allow-shlib-undefined $libraries -o $out',
        ];
    }
    object(way, file) {
        const out = join(this.build, way, 'objects', file.replaceAll('/', '_').replace(/\.c$/, '.o'));
        if (!this.lines.includes(`build ${out}: compile ${file}`)) this.lines.push(`build ${out}: compile ${file}`, `  flags = ${ways[way]}`);
        return out;
    }
    library(way, files) {
        const out = join(this.build, way, 'libdevice.so');
        this.lines.push(`build ${out}: share ${files.map((file) => this.object(way, file)).join(' ')}`, `  flags = ${ways[way]}`);
    }
    program(way, name, files) {
        const out = join(this.build, way, name), folder = resolve(this.build, way);
        this.lines.push(`build ${out}: link ${files.map((file) => this.object(way, file)).join(' ')} | ${join(this.build, way, 'libdevice.so')}`,
            `  flags = ${ways[way]}`, `  libraries = -L${folder} -ldevice -lcmocka -Wl,-rpath,${folder}`);
    }
}

export function prepare(build, jobs) {
    const ninja = new Ninja(build);
    ninja.library('sanitized', device());
    ninja.library('fast', fastCore());
    for (const file of testFiles()) {
        const name = basename(file, '.c');
        ninja.program(fastTests.includes(name) ? 'fast' : 'sanitized', name, [file]);
    }
    ninja.program('fast', 'powercut', powercut());
    mkdirSync(build, {recursive: true});
    writeFileSync(join(build, 'build.ninja'), `${ninja.lines.join('\n')}\n`);
    const made = spawnSync('ninja', ['-f', join(build, 'build.ninja'), '-j', String(jobs), '--quiet'], {stdio: 'inherit'});
    if (made.status !== 0) throw new Error('the judges could not be built');
}
