// A function behind one policy of cockatiel, or behind all of them.
'use strict';
const c = require('cockatiel');

const policies = {
  retry: () => c.retry(c.handleAll, { maxAttempts: 3, backoff: new c.ExponentialBackoff() }),
  breaker: () =>
    c.circuitBreaker(c.handleAll, { halfOpenAfter: 5_000, breaker: new c.ConsecutiveBreaker(5) }),
  bulkhead: () => c.bulkhead(64, 64),
  timeout: () => c.timeout(5_000, c.TimeoutStrategy.Aggressive),
};

module.exports = async (variant) => {
  const chosen = variant === 'all' ? Object.values(policies) : [policies[variant]];
  const policy = c.wrap(...chosen.map((make) => make()));
  return (n) => policy.execute(async () => n + 1);
};
