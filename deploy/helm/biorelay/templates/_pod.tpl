{{/*
The spec of a pod with one container of ours. A dict:
root, component, image (a name under `images`), args, resources, grace (seconds);
pool, settings (over the chart's), env (more variables, as YAML), port (number), portName, hostHeader,
restartPolicy, scheduling (nodeSelector and the like), spread, volumes and mounts (as YAML lists), claim (for the data folder), offline (without neighbours),
before (containers that run first, each a dict of name and args).
*/}}
{{- define "biorelay.podSpec" -}}
{{- $root := .root -}}
{{- $scheduling := .scheduling | default dict -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
terminationGracePeriodSeconds: {{ int .grace }}
{{- with .restartPolicy }}
restartPolicy: {{ . }}
{{- end }}
{{- range $field := list "nodeSelector" "tolerations" "affinity" "priorityClassName" "runtimeClassName" }}
{{- with index $scheduling $field }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- if .spread }}
topologySpreadConstraints:
  {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "biorelay.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- with .before }}
initContainers:
  {{- range . }}
  - name: {{ .name }}
    {{- include "biorelay.container" (set (omit $ "port") "args" .args) | nindent 4 }}
  {{- end }}
{{- end }}
containers:
  - name: {{ .component }}
    {{- include "biorelay.container" . | nindent 4 }}
volumes:
  - name: data
    {{- if .claim }}
    persistentVolumeClaim: {claimName: {{ .claim }}}
    {{- else }}
    emptyDir: {sizeLimit: {{ $root.Values.scratch.data }}}
    {{- end }}
  - name: tmp
    emptyDir: {sizeLimit: {{ $root.Values.scratch.tmp }}}
  {{- if not .offline }}
  {{- include "biorelay.secretVolumes" $ | nindent 2 }}
  {{- end }}
  {{- with .volumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* All of a container but its name, of the same dict. */}}
{{- define "biorelay.container" -}}
{{- $root := .root -}}
image: {{ include "biorelay.image" . }}
imagePullPolicy: {{ (index $root.Values.images .image).pullPolicy }}
args:
  {{- toYaml .args | nindent 2 }}
env:
  - {name: BIORELAY_DATA_DIR, value: /var/lib/biorelay}
  - {name: TMPDIR, value: /tmp}
  {{- if not .offline }}
  {{- include "biorelay.env" . | nindent 2 }}
  {{- end }}
  {{- with .env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .port }}
ports:
  - {name: {{ $.portName }}, containerPort: {{ int . }}, protocol: TCP}
startupProbe:
  httpGet:
    {{- include "biorelay.probe" (dict "path" "/healthz" "pod" $) | nindent 4 }}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet:
    {{- include "biorelay.probe" (dict "path" "/healthz" "pod" $) | nindent 4 }}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  httpGet:
    {{- include "biorelay.probe" (dict "path" "/readyz" "pod" $) | nindent 4 }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: data, mountPath: /var/lib/biorelay}
  - {name: tmp, mountPath: /tmp}
  {{- if not .offline }}
  {{- include "biorelay.secretMounts" $ | nindent 2 }}
  {{- end }}
  {{- with .mounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* The kubelet asks by the pod's address; a service that answers to some names only wants one of them. */}}
{{- define "biorelay.probe" -}}
path: {{ .path }}
port: {{ .pod.portName }}
{{- with .pod.hostHeader }}
httpHeaders:
  - {name: Host, value: {{ . | quote }}}
{{- end }}
{{- end -}}
