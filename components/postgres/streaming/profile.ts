/** How soon a cluster decides that its leader is gone: all timers that hang together, as one choice. Pure. */

/**
 * How long nobody writes after the leader's host or network is lost, or it hangs. A leader whose container ends is
 * replaced within seconds whatever the profile, by the fence of its host.
 * `fast`: about 22 s, for members in one place with a quiet network.
 * `standard`: about 30 s; bears a network or a disk that stalls for some seconds.
 * `wide-area`: about 60 s, for members in several places.
 */
export type FailoverProfile = "fast" | "standard" | "wide-area";

export interface FailoverTimers {
  /** A leader that was not heard of for this long has lost the lead, in seconds. Patroni takes no less than 20. */
  readonly ttl: number;
  /** Time between two looks around of each Patroni, in seconds. */
  readonly loopWait: number;
  /** How long etcd or PostgreSQL may fail to answer before a leader gives up, in seconds. loopWait + 2 × retryTimeout ≤ ttl. */
  readonly retryTimeout: number;
  /** How long a leader whose server crashed may take to start it again before another takes over, in seconds. */
  readonly primaryStartTimeout: number;
  /** How long a stopping leader may take before another takes over, in seconds. */
  readonly primaryStopTimeout: number;
  /** Silence after which a stream of WAL is taken for broken, in seconds. */
  readonly walTimeout: number;
  /** Time between two checks of the balancer, in milliseconds. */
  readonly checkIntervalMs: number;
}

const profiles: Readonly<Record<FailoverProfile, FailoverTimers>> = {
  fast: {
    ttl: 20,
    loopWait: 1,
    retryTimeout: 3,
    primaryStartTimeout: 15,
    primaryStopTimeout: 30,
    walTimeout: 5,
    checkIntervalMs: 500,
  },
  standard: {
    ttl: 30,
    loopWait: 10,
    retryTimeout: 10,
    primaryStartTimeout: 25,
    primaryStopTimeout: 30,
    walTimeout: 10,
    checkIntervalMs: 1000,
  },
  "wide-area": {
    ttl: 60,
    loopWait: 10,
    retryTimeout: 20,
    primaryStartTimeout: 45,
    primaryStopTimeout: 60,
    walTimeout: 30,
    checkIntervalMs: 2000,
  },
};

export const failoverProfiles = Object.keys(profiles) as readonly FailoverProfile[];

export function failoverTimers(profile: FailoverProfile): FailoverTimers {
  const timers = profiles[profile];
  if (timers) return timers;
  throw new Error(
    `profile is ${JSON.stringify(profile)}. Allowed: ${failoverProfiles.join(", ")}: all timers of a fail-over are set by it together.`,
  );
}
