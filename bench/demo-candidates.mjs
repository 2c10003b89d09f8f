// Candidates a minute of the demo, from the campaign's own log: between its dense network being
// ready and its last result. Needs a stack that is up (`npm run demo -- --keep`).
export async function benchDemoCandidates() {
  const api = process.env.ESPALIER_API_URL ?? 'http://127.0.0.1:7835';
  const get = async (path) => (await fetch(api + path)).json();
  const { items } = await get('/v1/campaigns').catch(() => ({ items: [] }));
  const campaign = items.find(({ name, state }) => name.startsWith('lenet5-mnist') && state === 'completed');
  if (!campaign) return [['candidates a minute of the demo', 'not measured: no completed demo on a stack that is up']];
  const events = (await get(`/v1/campaigns/${campaign.name}/events?limit=1000`)).items;
  const at = (kind) => events.filter((event) => event.kind === kind).map((event) => Date.parse(event.at));
  const begin = Math.max(Math.min(...at('campaign-running')), ...at('dense-ready'));
  const results = at('candidate-completed');
  const minutes = (Math.max(...results) - begin) / 60_000;
  return [
    ['candidates a minute of the demo', (results.length / minutes).toFixed(1)],
    [
      'demo from launch to end, seconds',
      Math.round((Date.parse(campaign.finishedAt) - Date.parse(campaign.createdAt)) / 1000),
    ],
  ];
}
