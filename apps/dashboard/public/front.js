// The front of one campaign, drawn again every few seconds while it grows.
const EVERY_MS = 3_000;
/** The budget of a campaign that names no number of candidates. */
const MAX_CANDIDATES = 1_000_000;
const select = document.querySelector('#campaign');
const summary = document.querySelector('#summary');
const rows = document.querySelector('#front tbody');
const chart = window.echarts.init(document.querySelector('#plot'));

/** Energies are shown in millions of the chip's unit, latencies in thousands of its cycles. */
const SCALES = { energy: 1e6, latency: 1e3 };
const unitOf = ({ cost, dense }) => (cost === 'latency' ? '10³ cycles' : `10⁶ ${dense?.energy.unit ?? ''}`.trim());
const costOf = (front, point) => point[front.cost] / SCALES[front.cost];
const denseCost = ({ cost, dense }) => (cost === 'latency' ? dense.latency : dense.energy.total) / SCALES[cost];
const percent = (fraction) => (fraction === null ? '–' : `${(100 * fraction).toFixed(2)} %`);

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error((await response.json()).detail);
  return response.json();
}

async function listCampaigns() {
  const { items } = await get('/v1/campaigns');
  const known = [...select.options].map(({ value }) => value);
  for (const { name } of items) if (!known.includes(name)) select.add(new Option(name, name));
}

async function show() {
  try {
    await listCampaigns();
    if (!select.value) {
      summary.textContent = 'No campaign yet. Launch one with: npx espalier campaign launch FILE';
      return;
    }
    const path = `/v1/campaigns/${encodeURIComponent(select.value)}`;
    const [campaign, front, attempts] = await Promise.all([
      get(path),
      get(`${path}/front`),
      get(`${path}/events?kind=attempt-failed&limit=3`),
    ]);
    const { counts, spec, state, hypervolume } = campaign;
    summary.textContent = `${state}: ${counts.completed}${spec.budget.candidates < MAX_CANDIDATES ? ` of ${spec.budget.candidates}` : ''} done, ${counts.stopped} stopped early, ${counts.running} running, ${counts.diverged} diverged, ${counts.failed} failed; hypervolume ${hypervolume?.toFixed(4) ?? '–'}`;
    const isOver = ['completed', 'failed', 'cancelled'].includes(state);
    if (state === 'failed') summary.textContent += `; ${campaign.failure?.message ?? ''}`;
    drawAttempts(isOver ? [] : attempts.items);
    drawTable(front);
    drawPlot(front);
  } catch (error) {
    summary.textContent = `The API does not answer as it should: ${error.message}`;
  }
}

function drawAttempts(events) {
  document.querySelector('#attempts').replaceChildren(
    ...events.map(({ at, candidate, detail }) => {
      const line = document.createElement('li');
      const ofAll = detail.activity === undefined ? 'the dense network' : 'the campaign';
      const subject = candidate === null ? ofAll : `candidate ${candidate.slice(0, 8)}`;
      const of = detail.activity === undefined ? subject : `${detail.activity} of ${subject}`;
      line.textContent = `${at.slice(11, 19)} attempt ${detail.attempt} at ${of} failed: ${detail.type}: ${detail.message}; it is tried again`;
      return line;
    }),
  );
}

function drawTable(front) {
  const { points, dense } = front;
  document.querySelector('#cost').textContent = `${front.cost}, ${unitOf(front)}`;
  rows.replaceChildren(
    ...points.map((point) => {
      const schedule = Object.entries(point.schedule.density).map(([layer, density]) => `${layer} ${density}`);
      const row = document.createElement('tr');
      const cells = [
        point.number,
        percent(point.validationAccuracy),
        percent(point.testAccuracy),
        costOf(front, point).toPrecision(4),
        dense ? (denseCost(front) / costOf(front, point)).toFixed(2) : '–',
        percent(point.weightsLeft),
        `${point.schedule.criterion}: ${schedule.join(', ')}; ${point.schedule.fineTune.epochs} epochs`,
      ];
      row.append(
        ...cells.map((text) => {
          const cell = document.createElement('td');
          cell.textContent = String(text);
          return cell;
        }),
      );
      return row;
    }),
  );
}

function drawPlot(front) {
  const { points, dense } = front;
  chart.setOption({
    animation: false,
    color: ['#2f6b3a', '#555555'],
    grid: { left: 70, right: 30, top: 30, bottom: 60 },
    tooltip: {},
    xAxis: { type: 'log', name: `${front.cost} of a batch, ${unitOf(front)}`, nameLocation: 'middle', nameGap: 30 },
    yAxis: { type: 'value', name: 'validation accuracy, %', nameLocation: 'middle', nameGap: 48, scale: true },
    series: [
      {
        name: 'front',
        type: 'line',
        step: 'end',
        symbolSize: 9,
        data: points.map((point) => [costOf(front, point), 100 * point.validationAccuracy]),
      },
      {
        name: 'dense',
        type: 'scatter',
        symbol: 'rect',
        data: dense ? [[denseCost(front), 100 * dense.validationAccuracy]] : [],
      },
    ],
  });
}

select.addEventListener('change', show);
window.addEventListener('resize', () => chart.resize());
await show();
setInterval(show, EVERY_MS);
