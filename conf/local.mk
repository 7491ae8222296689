# SPDX-License-Identifier: BSD-2-Clause
dist_pkgdata_DATA += %D%/providers.conf
dist_doc_DATA += %D%/credentials.conf.example
