// node flaky.js <variant> -- calls a service that goes down, behind policies of one peer.
//
// Says {"ready":true} or {"missing":"why"}; then reads one line, {"port","callers","period","end"},
// with `end` in nanoseconds of the monotonic clock, and answers with one [begin, end, succeeded] for
// each call when the time is over.
'use strict';
const net = require('net');
const readline = require('readline');

const now = () => process.hrtime.bigint();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function request(port) {
  return new Promise((resolve, reject) => {
    let answered = false;
    const socket = net.connect(port, '127.0.0.1', () => socket.write('?'));
    socket.on('data', () => (answered = true));
    socket.on('error', reject);
    socket.on('close', () => (answered ? resolve() : reject(new Error('no answer'))));
  });
}

function cockatiel(...chosen) {
  const c = require('cockatiel');
  const policies = {
    retry: () =>
      c.retry(c.handleAll, {
        maxAttempts: 3,
        backoff: new c.ExponentialBackoff({ initialDelay: 50, exponent: 2 }),
      }),
    breaker: () =>
      c.circuitBreaker(c.handleAll, { halfOpenAfter: 500, breaker: new c.ConsecutiveBreaker(5) }),
  };
  const limit = c.timeout(1_000, c.TimeoutStrategy.Aggressive);
  const policy = c.wrap(limit, ...chosen.map((name) => policies[name]()));
  return (port) => policy.execute(() => request(port));
}

function opossum() {
  const CircuitBreaker = require('opossum');
  const breaker = new CircuitBreaker(request, {
    timeout: 1_000,
    resetTimeout: 500,
    errorThresholdPercentage: 50,
    volumeThreshold: 20,
  });
  return (port) => breaker.fire(port);
}

const variants = {
  'cockatiel-retry': () => cockatiel('retry'),
  'cockatiel-breaker': () => cockatiel('breaker'),
  'cockatiel-both': () => cockatiel('retry', 'breaker'),
  'opossum-breaker': opossum,
};

async function live(call, task, calls) {
  while (now() < BigInt(task.end)) {
    const begin = now();
    const succeeded = await call(task.port).then(
      () => true,
      () => false
    );
    const end = now();
    calls.push([Number(begin), Number(end), succeeded]);
    await sleep(Math.max(0, task.period - Number(end - begin) / 1e6));
  }
}

async function main(variant) {
  let call;
  try {
    call = variants[variant]();
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.log(JSON.stringify({ missing: 'it is not installed; tools/setup --bench installs it' }));
    return;
  }
  console.log('{"ready":true}');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const task = JSON.parse(line);
    const calls = [];
    await Promise.all(Array.from({ length: task.callers }, () => live(call, task, calls)));
    console.log(JSON.stringify(calls));
  }
  process.exit(0);
}

main(process.argv[2]);
