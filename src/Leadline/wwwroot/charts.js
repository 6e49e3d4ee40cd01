// Draws the trends of a page as charts on one time axis. Without this script the drawings of the server stay as they are.
// What is drawn, said and linked stands in the page (ChartSheet.cs): nothing is computed here but places on the screen.

const echarts = window.echarts;
start();

// What is new was put into the page's place (live.js), its drawings with it.
document.addEventListener("leadline:refreshed", start);

function start() {
  const source = document.getElementById("chart-sheet");
  const places = [...document.querySelectorAll(".drawing[data-metric]")];
  if (echarts && source && places.length > 0) draw(JSON.parse(source.textContent), places);
}

function draw(sheet, places) {
  const button = document.getElementById("marks-shown");
  const themes = [matchMedia("(prefers-color-scheme: dark)"), matchMedia("print")];
  let showsMarks = button.getAttribute("aria-pressed") === "true";

  const drawn = places.map((place) => {
    const shape = sheet.charts.find((chart) => chart.metric === place.dataset.metric);
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    // The drawing of the server, which says the same, stays for those who hear the page.
    canvas.setAttribute("aria-hidden", "true");
    place.append(canvas);
    place.classList.add("drawn");
    const chart = echarts.init(canvas, null, { renderer: "canvas" });
    const pointer = document.createElement("div");
    pointer.className = "pointer";
    pointer.hidden = true;
    canvas.append(pointer);
    return { place, canvas, chart, shape, pointer, says: place.closest("figure").querySelector(".instant") };
  });
  const render = () => drawn.forEach(({ chart, shape }) => chart.setOption(option(sheet, shape, showsMarks, chart.getWidth()), { notMerge: true }));
  render();
  themes.forEach((theme) => theme.addEventListener("change", render));
  const sizes = new ResizeObserver(() => {
    drawn.forEach(({ chart }) => chart.resize());
    render();
  });
  drawn.forEach(({ canvas }) => sizes.observe(canvas));

  for (const one of drawn) {
    one.canvas.addEventListener("pointermove", (event) => say(event.clientX - one.canvas.getBoundingClientRect().left));
    one.canvas.addEventListener("pointerleave", () => say(undefined));
    listen(one);
  }

  // The same instant is pointed at and told of on every chart, whichever the pointer is on: all have the same axis at the same place.
  function say(x) {
    const at = x === undefined ? -1 : bucketAt(sheet, instantAt(drawn[0].chart, x));
    for (const { shape, pointer, says } of drawn) {
      pointer.hidden = at < 0;
      pointer.style.left = `${x}px`;
      says.textContent = at < 0 ? "" : shape.says[at];
    }
  }

  function listen({ canvas, chart, shape }) {
    let opened = false;
    chart.on("click", ({ data }) => {
      if (!data?.address) return;
      opened = true;
      location.assign(along(data.address));
    });
    chart.getZr().on("click", ({ offsetX, offsetY }) => {
      // The same click comes here after it went to a mark; a page that is come back to takes clicks again.
      const isTaken = opened;
      opened = false;
      if (isTaken || !chart.containPixel("grid", [offsetX, offsetY])) return;
      const at = bucketAt(sheet, instantAt(chart, offsetX));
      if (at >= 0) location.assign(along(`/explain/${shape.metric}${sheet.buckets[at].rows}`));
    });
    chooseDays(sheet, canvas, chart);
  }

  button.addEventListener("click", () => {
    showsMarks = !showsMarks;
    button.setAttribute("aria-pressed", String(showsMarks));
    history.replaceState(null, "", along(location.href));
    for (const link of document.querySelectorAll("nav a:not([href='/docs']), main a[href^='/']")) link.href = along(link.href);
    keepInForm(showsMarks);
    render();
  });

  // Wherever the reader goes, marks are shown as they are here.
  function along(address) {
    const kept = new URL(address, location.href);
    if (showsMarks) kept.searchParams.delete("marks");
    else kept.searchParams.set("marks", "off");
    return kept;
  }
}

// The filters of the page ask for the same marks again.
function keepInForm(showsMarks) {
  const form = document.querySelector("form.filters");
  form.querySelector("input[name=marks]")?.remove();
  if (showsMarks) return;
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "marks", value: "off" });
  form.append(field);
}

// Dragging over a chart asks for the days that it went over. Touch is left alone: there it moves the page.
function chooseDays(sheet, canvas, chart) {
  const least = 6;
  let start = null;
  let band = null;
  const within = (event) => {
    const box = canvas.getBoundingClientRect();
    const grid = [chart.convertToPixel({ xAxisIndex: 0 }, sheet.from), chart.convertToPixel({ xAxisIndex: 0 }, sheet.to)];
    return Math.min(grid[1], Math.max(grid[0], event.clientX - box.left));
  };
  const end = () => {
    band?.remove();
    [start, band] = [null, null];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" && event.button === 0) start = within(event);
  });
  addEventListener("pointermove", (event) => {
    if (start === null) return;
    const x = within(event);
    if (!band && Math.abs(x - start) < least) return;
    if (!band) {
      band = document.createElement("div");
      band.className = "band";
      canvas.append(band);
    }
    band.style.left = `${Math.min(x, start)}px`;
    band.style.width = `${Math.abs(x - start)}px`;
  });
  addEventListener("pointerup", (event) => {
    if (start === null) return;
    const ends = [start, within(event)].sort((a, b) => a - b);
    const isDrag = band !== null;
    end();
    if (!isDrag) return;
    const [from, to] = ends.map((x) => Math.min(sheet.to - 1, Math.max(sheet.from, instantAt(chart, x))));
    const address = new URL(location.href);
    address.searchParams.delete("cursor");
    address.searchParams.set("window", "custom");
    address.searchParams.set("from", day(from));
    address.searchParams.set("to", day(to));
    address.hash = "";
    location.assign(address);
  });
  addEventListener("pointercancel", end);
  addEventListener("keydown", ({ key }) => key === "Escape" && end());
}

const day = (instant) => new Date(instant).toISOString().slice(0, 10);

const instantAt = (chart, x) => chart.convertFromPixel({ xAxisIndex: 0 }, x);

const bucketAt = (sheet, instant) => sheet.buckets.findIndex(({ from, to }) => from <= instant && instant < to);

function option(sheet, shape, showsMarks, width) {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const label = { color: color("quiet"), fontSize: 11, fontFamily: getComputedStyle(document.body).fontFamily };
  // Buckets are named where they begin, as many as can be read.
  const named = sheet.buckets.map(({ from }) => from).filter((_, at) => at % Math.ceil(sheet.buckets.length / (width / 70)) === 0);
  return {
    animation: false,
    grid: { left: 68, right: 14, top: 18, bottom: 22 },
    xAxis: {
      // Not of time: the buckets are named by the server.
      type: "value",
      splitLine: { show: false },
      min: sheet.from,
      max: sheet.to,
      axisLine: { lineStyle: { color: color("quiet") } },
      axisTick: { customValues: named, lineStyle: { color: color("quiet") } },
      axisLabel: { ...label, customValues: named, hideOverlap: true, alignMinLabel: "left", formatter: (at) => sheet.buckets.find(({ from }) => from === at)?.name ?? "" },
    },
    yAxis: [
      {
        type: "value",
        min: 0,
        max: shape.highest,
        interval: shape.highest / 2,
        axisLabel: { ...label, formatter: (_, place) => shape.ticks[place] ?? "" },
        splitLine: { lineStyle: { color: color("rule") } },
      },
      // Marks stand along the upper edge, whatever the values are.
      { type: "value", min: 0, max: 1, show: false },
    ],
    tooltip: {
      trigger: "item",
      confine: true,
      transitionDuration: 0,
      backgroundColor: color("sheet"),
      borderColor: color("rule"),
      textStyle: { ...label, color: color("ink"), fontSize: 12 },
      formatter: ({ data }) => {
        const text = document.createElement("span");
        text.textContent = data?.text ?? "";
        return text;
      },
    },
    series: [...(shape.is_bars ? [bars(sheet, shape, color)] : lines(sheet, shape, color)), ...shifts(shape, color, label), ...(showsMarks ? marks(sheet, color, label) : [])],
  };
}

function bars(sheet, shape, color) {
  const isPart = new Set(shape.parts);
  return {
    type: "custom",
    silent: true,
    clip: true,
    encode: { x: [0, 1], y: 2 },
    data: sheet.buckets.map(({ from, to }, at) => [from, to, shape.lines[0].values[at], at]).filter((bar) => bar[2] !== null),
    renderItem: (_, api) => {
      const [left, top] = api.coord([api.value(0), api.value(2)]);
      const [right, floor] = api.coord([api.value(1), 0]);
      const gap = Math.min(8, (right - left) * 0.16);
      return {
        type: "rect",
        shape: { x: left + gap, y: top, width: Math.max(1, right - left - 2 * gap), height: floor - top },
        style: { fill: color("accent"), opacity: isPart.has(api.value(3)) ? 0.45 : 1 },
      };
    },
  };
}

// Lines differ in colour, in dashes and in the shape of their points.
function lines(sheet, shape, color) {
  const looks = [
    { color: color("accent"), type: "solid", symbol: "circle" },
    { color: color("pickup"), type: "dashed", symbol: "rect" },
    { color: color("review"), type: "dotted", symbol: "triangle" },
  ];
  const isPart = new Set(shape.parts);
  return shape.lines.map(({ name, values }, place) => {
    const look = looks[place];
    return {
      name,
      type: "line",
      silent: true,
      connectNulls: false,
      showAllSymbol: true,
      symbol: look.symbol,
      symbolSize: sheet.buckets.length > 120 ? 3 : 6,
      lineStyle: { color: look.color, type: look.type, width: place === 0 ? 2 : 1.5 },
      itemStyle: { color: look.color },
      data: values.map((value, at) => ({
        value: [(sheet.buckets[at].from + sheet.buckets[at].to) / 2, value],
        itemStyle: isPart.has(at) ? { color: color("sheet"), borderColor: look.color, borderWidth: 1.5 } : undefined,
      })),
    };
  });
}

// Where the level of this metric shifted: on its own chart alone.
function shifts(shape, color, label) {
  if (shape.shifts.length === 0) return [];
  return [
    {
      type: "scatter",
      yAxisIndex: 1,
      data: [],
      markLine: {
        symbol: ["none", "none"],
        animation: false,
        data: shape.shifts.map(({ at, is_up, text }) => ({
          text,
          xAxis: at,
          lineStyle: { color: color("accent"), width: 2, type: "dotted" },
          label: { ...label, show: true, position: "insideEndTop", color: color("accent"), formatter: is_up ? "▲" : "▼" },
        })),
      },
    },
  ];
}

function marks(sheet, color, label) {
  const of = (...kinds) => sheet.marks.filter(({ kind }) => kinds.includes(kind));
  const points = (kind, symbol, name, height) => ({
    type: "scatter",
    yAxisIndex: 1,
    clip: false,
    symbol,
    symbolSize: 9,
    z: 5,
    itemStyle: { color: color(name), borderColor: color("sheet"), borderWidth: 1, opacity: 1 },
    data: of(kind).map(({ at, text, address }) => ({ value: [at, height], text, address })),
  });
  // Of two at the same instant the experiment is on top: its page says more.
  const said = [...of("annotation", "flag"), ...of("experiment")];
  const signs = { annotation: "✎", flag: "⚑", experiment: "⚗" };
  const dashes = { annotation: "dashed", flag: "dotted", experiment: "solid" };
  return [
    { ...points("failure", "diamond", "bad", 1.09) },
    {
      ...points("incident", "triangle", "repair", 1.0),
      markLine: {
        symbol: ["none", "none"],
        animation: false,
        data: said.map(({ at, kind, text, address }) => ({
          text,
          address,
          xAxis: at,
          lineStyle: { color: color("ink"), width: 1.2, type: dashes[kind] },
          label: { ...label, show: true, position: "end", distance: 2, color: color("ink"), formatter: signs[kind] },
        })),
      },
    },
  ];
}
