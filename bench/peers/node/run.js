// node run.js <peer> <variant> -- measures calls of one peer in one variant.
//
// Says {"ready":true}, or {"missing":"why"}, then answers each line of standard input, a number of
// calls, with {"ns_per_call":...}. By hand: echo 100000 | node run.js cockatiel breaker
'use strict';
const readline = require('readline');

const warm_up = 20_000;

function say(what) {
  process.stdout.write(JSON.stringify(what) + '\n');
}

// `call(n)` answers n + 1, or a promise of it.
async function measure(call, count) {
  let sum = 0;
  const begin = process.hrtime.bigint();
  for (let i = 0; i < count; ++i) sum += await call(i);
  const took = Number(process.hrtime.bigint() - begin);
  if (sum !== (count * (count + 1)) / 2) throw new Error('the replies are wrong');
  return took / count;
}

async function prepare(peer, variant) {
  let make;
  try {
    make = require('./' + peer + '.js');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return say({ missing: `${peer} is not installed; tools/setup --bench installs it` });
  }
  const call = await make(variant);
  await measure(call, warm_up);
  say({ ready: true });
  return call;
}

async function main(peer, variant) {
  const call = await prepare(peer, variant);
  if (call === undefined) return;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    say({ ns_per_call: await measure(call, Number(line)) });
  }
  process.exit(0);
}

main(process.argv[2], process.argv[3]);
