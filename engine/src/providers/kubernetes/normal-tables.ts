/**
 * Of which fields of the built-in kinds the API drops a zero value ("omitempty" in its Go types, not a pointer), by name.
 * Names that mean different things in different kinds are left out, so that nothing is dropped that matters.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const droppedWhenFalse = words(
  "clusterScope globalDefault hostIPC hostNetwork hostPID paused publishNotReadyAddresses readOnly stdin stdinOnce tty unschedulable",
);
export const droppedWhenZero = words(
  "failureThreshold healthCheckNodePort hostPort initialDelaySeconds minReadySeconds nodePort successThreshold",
);
export const droppedWhenBlank = words(
  `clusterIP concurrencyPolicy dnsPolicy externalName externalTrafficPolicy hostIP imagePullPolicy loadBalancerIP medium
  persistentVolumeReclaimPolicy podManagementPolicy priorityClassName schedulerName scheme serviceAccount serviceAccountName
  sessionAffinity subPath subPathExpr subdomain terminationMessagePath terminationMessagePolicy workingDir`,
);
export const droppedWhenNoKeys = words(
  "annotations binaryData data hard labels limits matchLabels nodeSelector parameters requests stringData volumeAttributes",
);
export const droppedWhenNoItems = words(
  `accessModes add args cidrs clusterIPs command drop egress env envFrom ephemeralContainers except externalIPs finalizers
  hostAliases hosts httpHeaders imagePullSecrets ingress initContainers ipFamilies items loadBalancerSourceRanges
  matchExpressions matchFields metrics mountOptions nameservers ownerReferences policyTypes ports
  preferredDuringSchedulingIgnoredDuringExecution readinessGates resourceNames scopes searches secrets supplementalGroups
  sysctls tls to tolerations topologySpreadConstraints volumeClaimTemplates volumeDevices volumeMounts volumes webhooks`,
);

/** Maps from a resource's name to a quantity, and single quantities. */
export const quantityMaps = words(
  "limits requests hard capacity default defaultRequest max min maxLimitRequestRatio overhead podFixed",
);
export const quantities = words("sizeLimit divisor averageValue");
/** Not looked into: their keys and values are the user's. */
export const opaque = words(
  "annotations labels matchLabels nodeSelector data stringData binaryData",
);
