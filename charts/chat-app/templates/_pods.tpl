{{/* What every pod of the chart has in common: the restricted Pod Security Standard, no service account token. */}}
{{- define "chat-app.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  {{- with .Values.runAsUser }}
  runAsUser: {{ . | int64 }}
  runAsGroup: {{ . | int64 }}
  fsGroup: {{ . | int64 }}
  {{- end }}
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

{{/*
Number of pods. Where an autoscaler sets it, what the cluster has now: left out after it was there, the field would become 1 and
all pods but one would go. Empty where an autoscaler finds no Deployment yet, or nothing can be looked up.
*/}}
{{- define "chat-app.replicas" -}}
{{- $service := index .root.Values .component -}}
{{- if eq $service.autoscaling.kind "none" -}}
{{ $service.replicas | int64 }}
{{- else -}}
{{- $name := printf "%s-%s" (include "chat-app.fullname" .root) .component -}}
{{- with lookup "apps/v1" "Deployment" .root.Release.Namespace $name -}}
{{ .spec.replicas | int64 }}
{{- end -}}
{{- end -}}
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
