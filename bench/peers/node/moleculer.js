// Calls of an action of the same node, awaited one after the other, with one option on, or all.
'use strict';
const { ServiceBroker } = require('moleculer');

// Each of them, as Moleculer's documentation writes it.
const options = {
  validator: { validator: true },
  middleware: { middlewares: [{ localAction: (next) => (context) => next(context) }] },
  retry: { retryPolicy: { enabled: true, retries: 3 } },
  breaker: { circuitBreaker: { enabled: true } },
  bulkhead: { bulkhead: { enabled: true, concurrency: 64 } },
  timeout: { requestTimeout: 5_000 },
  metrics: { metrics: { enabled: true, reporter: [] } },
};
const nothing = { logger: false, validator: false, transporter: null, internalServices: false };

const step = {
  step_name: 'string',
  weight: 'number',
  timeout: 'number',
  hosts: { type: 'array', items: 'string' },
  notes: 'string',
};

async function start(chosen, service) {
  const broker = new ServiceBroker(Object.assign({}, nothing, ...chosen));
  broker.createService({ name: 'math', actions: service });
  await broker.start();
  return broker;
}

// JSON text in and out, 300 bytes, validated.
async function json() {
  const broker = await start([options.validator], {
    run: { params: step, handler: (context) => context.params },
  });
  const before = '{"step_name":"CreateVirtualMachine","weight":';
  const after = `,"timeout":30.5,"hosts":["alpha.lab","beta.lab","gamma.lab"],"notes":"${'n'.repeat(168)}"}`;
  return async (n) => {
    const reply = await broker.call('math.run', JSON.parse(before + n + after));
    return JSON.parse(JSON.stringify(reply)).weight + 1;
  };
}

module.exports = async (variant) => {
  if (variant === 'json') return json();
  const chosen = variant === 'plain' ? [] : variant === 'all' ? Object.values(options) : [options[variant]];
  const broker = await start(chosen, {
    add: { params: { a: 'number', b: 'number' }, handler: (context) => context.params.a + context.params.b },
  });
  return (n) => broker.call('math.add', { a: n, b: 1 });
};
