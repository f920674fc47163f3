/** The gate that a change of one member of a set passes, where what runs it has no files that change by themselves. Shell texts. */

/** Notes the peers: one that the last run did not tell is new. */
export const notePeers = `echo "peers $PEERS"`;

/** What a platform calls a workload and its peers in the shell. */
interface Words {
  /** Of the workload that changes. */
  readonly own: string;
  /** Of the peer in `$peer`, a word of PEERS. */
  readonly peer: string;
  /** Ends when that peer is ready. */
  readonly awaitPeer: string;
}

/** A change begins only while every peer is ready, so that the set never loses a second member to it. */
export const gateBy = (
  awaitReady: string,
  { own, peer, awaitPeer }: Words,
): string => `${awaitReady}
told=" \${PULUMI_COMMAND_STDOUT#peers} "
for peer in $PEERS; do
  [ "\${GATE:-}" != open ] || break
  case $told in *" $peer "*) ;; *) continue ;; esac
  ${awaitPeer} || {
    echo "nothing was changed on ${own}: bring ${peer} back first, or set synfleet:rolloutGate to false" >&2
    exit 1
  }
done
${notePeers}`;
