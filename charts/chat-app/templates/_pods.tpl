{{/* What every pod of the chart has in common: the restricted Pod Security Standard, no service account token. */}}
{{- define "chat-app.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.runAsUser | int64 }}
  runAsGroup: {{ .Values.runAsUser | int64 }}
  fsGroup: {{ .Values.runAsUser | int64 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "chat-app.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* Public and internal ports of a service: name → number. */}}
{{- define "chat-app.ports" -}}
{{- if eq . "authentication" }}{http: 8000, internal: 8001}
{{- else if eq . "websocket" }}{http: 8080}
{{- else }}{http: 8090, internal: 8091}{{ end -}}
{{- end -}}

{{- define "chat-app.probes" -}}
# Slow only when migrations are; afterwards liveness counts.
startupProbe:
  httpGet: { path: /livez, port: management }
  periodSeconds: 2
  failureThreshold: 90
livenessProbe:
  httpGet: { path: /livez, port: management }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: management }
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* Even over zones, then over nodes. matchLabelKeys counts the pods of one revision only: an update stays even too. */}}
{{- define "chat-app.spread" -}}
{{- $own := (index .root.Values .component).topologySpreadConstraints -}}
{{- if $own }}
{{- toYaml $own }}
{{- else }}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "chat-app.selectorLabels" $ | nindent 6 }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}
{{- end -}}
