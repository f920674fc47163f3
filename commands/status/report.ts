/** What `status` shows of a system. */
export interface Report {
  /** Title and text of each part. */
  readonly sections: readonly (readonly [string, string])[];
  /** Whether all is as it should be. */
  readonly healthy: boolean;
}
