{{/* Names, labels, images: the same everywhere. */}}
{{- define "chat-app.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* (dict "root" $ "component" "websocket") */}}
{{- define "chat-app.selectorLabels" -}}
app.kubernetes.io/name: chat-app
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Each key once: what selectors go by wins, then what the values say. (dict "root" $ "component" … ["labels" …]) */}}
{{- define "chat-app.labels" -}}
{{- $chart := dict
  "app.kubernetes.io/part-of" "chat-app"
  "app.kubernetes.io/version" .root.Chart.AppVersion
  "app.kubernetes.io/managed-by" .root.Release.Service
  "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{- toYaml (merge (include "chat-app.selectorLabels" . | fromYaml) (.labels | default dict) .root.Values.commonLabels $chart) -}}
{{- end -}}

{{/* Labels of a pod: without the chart's version, so that a new chart with the same images restarts nothing. */}}
{{- define "chat-app.podLabels" -}}
{{- $chart := dict "app.kubernetes.io/part-of" "chat-app" -}}
{{- $own := (get .root.Values .component | default dict).podLabels | default dict -}}
{{- toYaml (merge (include "chat-app.selectorLabels" . | fromYaml) $own .root.Values.commonLabels $chart) -}}
{{- end -}}

{{/* metadata of an object: (dict "root" $ "component" … ["suffix" …] ["annotations" …] ["labels" …]); an empty suffix is none */}}
{{- define "chat-app.metadata" -}}
{{- $suffix := hasKey . "suffix" | ternary .suffix .component -}}
name: {{ include "chat-app.fullname" .root }}{{ with $suffix }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "chat-app.labels" . | nindent 2 }}
{{- $annotations := merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "chat-app.image" -}}
{{- $image := (index .root.Values .component).image -}}
{{- with .root.Values.image.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ coalesce $image.tag .root.Values.image.tag .root.Chart.AppVersion }}{{ end -}}
{{- end -}}

{{/* Secrets that the chart makes unless they exist already. */}}
{{- define "chat-app.internalSecretName" -}}
{{- .Values.internal.existingSecret | default (printf "%s-internal" (include "chat-app.fullname" .)) -}}
{{- end -}}
{{- define "chat-app.signingKeysName" -}}
{{- .Values.authentication.signingKeys.existingSecret | default (printf "%s-signing-keys" (include "chat-app.fullname" .)) -}}
{{- end -}}
{{- define "chat-app.redisName" -}}{{ include "chat-app.fullname" . }}-redis{{- end -}}
{{- define "chat-app.redisSecretName" -}}
{{- .Values.redis.internal.existingSecret | default (include "chat-app.redisName" .) -}}
{{- end -}}
{{/* The user of an external Redis that a component is: its own, or the one of all. */}}
{{- define "chat-app.redisUser" -}}
{{- $external := .root.Values.redis.external -}}
{{- $own := get $external.users .component -}}
{{- toYaml (pick (empty (or $own.username $own.passwordSecret) | ternary $external $own) "username" "passwordSecret" "passwordKey") -}}
{{- end -}}

{{/* Addresses of the services. */}}
{{- define "chat-app.authenticationUrl" -}}http://{{ include "chat-app.fullname" . }}-authentication:8000{{- end -}}
{{- define "chat-app.authenticationInternalUrl" -}}http://{{ include "chat-app.fullname" . }}-authentication:8001{{- end -}}
{{- define "chat-app.persistenceUrl" -}}http://{{ include "chat-app.fullname" . }}-persistence:8090{{- end -}}
{{- define "chat-app.persistenceInternalUrl" -}}http://{{ include "chat-app.fullname" . }}-persistence:8091{{- end -}}
