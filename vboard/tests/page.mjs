// page.mjs - the board page in Chromium: does what a person does, and takes screenshots.
//
//     flota-vboard --load page_demo.bin --http 127.0.0.1:8100
//     node page.mjs http://127.0.0.1:8100 [DIRECTORY for screenshots]
//
// Needs playwright-core and Chromium (CHROMIUM, default /usr/bin/chromium). Ends "board page: ok".
// SPDX-License-Identifier: GPL-2.0-or-later
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [base, directory] = process.argv.slice(2);
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

async function open(width, height, colorScheme) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    const problems = [];
    page.on("console", message => { if (message.type() === "error") problems.push(message.text()); });
    page.on("pageerror", error => problems.push(error.message));
    await page.goto(base);
    await page.waitForFunction(() => document.getElementById("time").textContent !== "–");
    return { page, problems, api: async path => (await page.request.get(base + path)).json() };
}

async function shows(page, id, pattern) {
    await page.waitForFunction(([name, text]) => new RegExp(text).test(document.getElementById(name).textContent),
        [id, pattern.source]);
}

const { page, problems, api } = await open(1280, 900, "light");

// The firmware prints, lights LED and display, erases and programs.
await shows(page, "console", /page demo[^]*done/);
await shows(page, "pins", /LED on · display lit/);
const board = await api("/api/board");
assert.equal(board.flash.erases, 3);
assert.equal(board.flash.programs, 9000);
assert.deepEqual(board.flash.sectors[1].map(sector => sector.words), [3000, 3000, 3000, 0, 0, 0, 0, 0]);
assert.equal(await page.textContent(".bank:nth-child(2) .sector:nth-child(3) .percent"), "73%");

// The blue button, by keyboard: the firmware turns the LED off while it is held.
await page.focus("#key-user");
await page.keyboard.down(" ");
await shows(page, "pins", /LED off/);
assert.deepEqual(await api("/api/gpio?pin=PJ2"), { pin: "PJ2", output: true, level: true });
await page.keyboard.up(" ");
await shows(page, "pins", /LED on/);

// Typing.
await page.fill("#line", "hello board");
await page.keyboard.press("Enter");
await shows(page, "console", /hello board/);

// The plug, then the reset button: the page says so, also to a screen reader.
await page.click("#power");
await shows(page, "state", /no power/);
await shows(page, "announce", /has no power/);
assert.equal((await api("/api/board")).led, false);
const stopped = (await api("/api/board")).time_s;
await page.click("#power");
await shows(page, "state", /running from bank 1/);
await page.waitForFunction(async since => (await (await fetch("/api/board")).json()).time_s > since, stopped);
await page.click("#key-reset");
await shows(page, "resets", /reset button/);

// Nobody else's page may press buttons; a foreign host name is refused.
for (const headers of [{ Origin: "http://example.com" }, { "Sec-Fetch-Site": "cross-site" }])
    assert.equal((await page.request.post(base + "/api/reset", { headers })).status(), 403);
assert.equal((await page.request.get(base + "/api/board", { headers: { Host: "example.com" } })).status(), 403);
assert.deepEqual(problems, []);

for (const [name, width, height] of [["desktop", 1280, 760], ["phone", 390, 844]]) {
    for (const scheme of ["light", "dark"]) {
        const view = await open(width, height, scheme);
        await shows(view.page, "pins", /LED on · display lit/);
        assert.ok(await view.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
        if (directory)
            await view.page.screenshot({ path: `${directory}/board-${name}-${scheme}.png`, fullPage: true });
        assert.deepEqual(view.problems, []);
        await view.page.context().close();
    }
}
await browser.close();
console.log("board page: ok");
