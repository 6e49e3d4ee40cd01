select distinct service, app from deployment where app is not null
