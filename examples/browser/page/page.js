// SPDX-License-Identifier: Apache-2.0

// The page: a SUB that draws, and a REQ that asks.

import { REQ, SUB } from "./zmq/zmq.js";

// What a chart shows, in milliseconds: less at first, so that it is full soon.
const shortest = 3_000, longest = 30_000;

/** Chart draws the last figures of a topic as a line. */
class Chart {
  #points = [];
  #digits;
  #element;

  constructor(title, unit, color, digits) {
    this.#digits = digits;
    this.#element = document.createElement("article");
    this.#element.className = "card chart";
    this.#element.style.setProperty("--color", color);
    this.#element.innerHTML = `
      <div><h2>${title}</h2><span class="value"><b>–</b><small>${unit}</small></span></div>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${title}">
        <path class="grid" d="M0 25H100M0 50H100M0 75H100" vector-effect="non-scaling-stroke"/>
        <path class="area"/><path class="line"/>
      </svg>
      <footer><span class="low"></span><span class="span"></span><span class="high"></span></footer>`;
    document.querySelector("#charts").append(this.#element);
  }

  add({ at, value }) {
    this.#points.push({ at, value });
    while (this.#points[0].at < at - longest) {
      this.#points.shift();
    }
    this.#draw(at);
  }

  #draw(now) {
    const values = this.#points.map(({ value }) => value);
    const low = Math.min(...values), high = Math.max(...values);
    const room = Math.max(high - low, 10 ** -this.#digits);
    const span = Math.max(now - this.#points[0].at, shortest);
    const x = (at) => (100 * (1 - (now - at) / span)).toFixed(2);
    const y = (value) => (92 - (84 * (value - low)) / room).toFixed(2);
    const line = this.#points.map(({ at, value }) => `${x(at)} ${y(value)}`).join("L");
    this.#part(".line").setAttribute("d", `M${line}`);
    this.#part(".area").setAttribute("d", `M${x(this.#points[0].at)} 100L${line}L100 100Z`);
    this.#part(".value b").textContent = values.at(-1).toFixed(this.#digits);
    this.#part(".low").textContent = `low ${low.toFixed(this.#digits)}`;
    this.#part(".high").textContent = `high ${high.toFixed(this.#digits)}`;
    this.#part(".span").textContent = `last ${Math.round(span / 1000)} s`;
    this.#element.dataset.points = this.#points.length;
  }

  #part(selector) {
    return this.#element.querySelector(selector);
  }
}

const charts = {
  wind: new Chart("Wind", "m/s", "#38bdf8", 1),
  power: new Chart("Power", "MW", "#34d399", 1),
  temperature: new Chart("Temperature", "°C", "#f472b6", 2),
};

async function draw() {
  const state = document.querySelector("#state");
  const figures = new SUB();
  figures.addEventListener("connect", () => {
    state.className = "connected";
    state.textContent = "connected";
  });
  figures.addEventListener("disconnect", ({ retryIn, error }) => {
    state.className = "waiting";
    state.textContent = `not connected, next attempt in ${(retryIn / 1000).toFixed(1)} s`;
    state.title = error.message;
  });
  figures.subscribe(...Object.keys(charts));
  figures.connect("figures");
  for await (const message of figures) {
    charts[message.text()].add(message.json(1));
  }
}

function ask() {
  const service = new REQ();
  service.connect("questions");
  const answers = document.querySelector("#answers");
  document.querySelector("#question").addEventListener("submit", async (event) => {
    event.preventDefault();
    const item = document.createElement("li");
    const wind = document.querySelector("#wind").value.trim();
    const [question, answer] = [document.createElement("span"), document.createElement("strong")];
    question.textContent = `at ${wind} m/s`;
    answer.textContent = "…";
    item.append(question, answer);
    answers.prepend(item);
    answers.children[4]?.remove();
    try {
      const reply = await service.request(wind, { signal: AbortSignal.timeout(5000) });
      const { power, error } = reply.json();
      item.classList.toggle("failed", error !== undefined);
      answer.textContent = error ?? `${power.toFixed(1)} MW`;
    } catch (error) {
      item.classList.add("failed");
      answer.textContent = error.name === "TimeoutError" ? "no answer within 5 s" : error.message;
    }
  });
}

ask();
await draw();
